-- Drop what the landing files told of the noted reviews.
DELETE FROM review_versions USING taken_over AS gone
WHERE review_versions.source = gone.source AND review_versions.review_id = gone.review_id;
