-- Delete the sketches of the noted reviews.
DELETE FROM review_sketches AS known USING forgotten_keys AS gone
WHERE known.source = gone.source AND known.review_id = gone.review_id;
