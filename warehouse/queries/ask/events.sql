-- What happened to reviews, newest first.
-- event = : only seen, edited, rating_changed, edited_after_reply, reply_seen, reply_edited, reply_removed, gone or back
-- review = : only this review
-- limit = 50: rows at most
SELECT seen_at, previous_seen_at, event, source, review_id, left(old_value, 100) AS old_value, left(new_value, 100) AS new_value
FROM review_events
WHERE ($event::VARCHAR IS NULL OR event = $event) AND ($review::VARCHAR IS NULL OR review_id = $review)
ORDER BY seen_at DESC, source, review_id, event
LIMIT $limit::BIGINT;
