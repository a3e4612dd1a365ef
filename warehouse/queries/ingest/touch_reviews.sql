-- Move the last sighting of the reviews whose state is wholly the same.
UPDATE reviews SET seen_at = steady.seen_at, last_seen_at = steady.seen_at
FROM steady
WHERE reviews.source = steady.source AND reviews.review_id = steady.review_id AND NOT steady.is_changed;
