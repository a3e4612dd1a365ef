-- Drop what the landing files told of the noted reviews.
DELETE FROM review_heads USING taken_over AS gone
WHERE review_heads.source = gone.source AND review_heads.review_id = gone.review_id;
