-- Drop what the landing files told of the noted reviews.
DELETE FROM review_events USING taken_over AS gone
WHERE review_events.source = gone.source AND review_events.review_id = gone.review_id;
