-- Erase the rows of the forgotten reviews from review_heads.
DELETE FROM review_heads AS known USING forgotten_keys AS gone
WHERE known.source = gone.source AND known.review_id = gone.review_id;
