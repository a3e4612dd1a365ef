-- Erase the rows of the forgotten reviews from alerts.
DELETE FROM alerts AS known USING forgotten_keys AS gone
WHERE known.source = gone.source AND known.review_id = gone.review_id;
