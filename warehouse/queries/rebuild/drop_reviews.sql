-- Drop what the landing files told of the noted reviews.
DELETE FROM reviews USING taken_over AS gone
WHERE reviews.source = gone.source AND reviews.review_id = gone.review_id;
