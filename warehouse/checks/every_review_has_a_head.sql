-- Reviews, what is derived of them and their last sightings agree.
SELECT coalesce(review.source, head.source), coalesce(review.review_id, head.review_id), review.seen_at, head.last_seen_at
FROM reviews AS review
FULL JOIN review_heads AS head USING (source, review_id)
WHERE review.seen_at IS DISTINCT FROM head.last_seen_at OR review.last_seen_at IS DISTINCT FROM head.last_seen_at;
