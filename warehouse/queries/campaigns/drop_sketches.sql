-- Drop the sketches of former contents of reviews that are sketched anew.
DELETE FROM review_sketches USING batch
WHERE review_sketches.source = batch.source AND review_sketches.review_id = batch.review_id;
