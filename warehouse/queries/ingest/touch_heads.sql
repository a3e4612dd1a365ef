-- Move the last sighting of the reviews that were only seen again.
UPDATE review_heads SET last_seen_at = steady.seen_at, version = steady.version
FROM steady WHERE review_heads.source = steady.source AND review_heads.review_id = steady.review_id;
