-- Drop what the emptied landing files told of the noted reviews.
DELETE FROM reviews USING emptied_reviews AS gone
WHERE reviews.source = gone.source AND reviews.review_id = gone.review_id;
