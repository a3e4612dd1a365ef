-- Which known reviews had no published reply at a moment in the past, the longest wait on top.
-- moment = now: ISO 8601, for example 2026-11-20T09:00:00+03:00
-- listing = : only this listing
-- limit = 50: rows at most
SELECT source, listing_id, review_id, rating, hours_waiting, posted_at, left(text, 200) AS text, url
FROM as_of_unanswered(CASE $moment WHEN 'now' THEN now() ELSE $moment::TIMESTAMPTZ END)
WHERE $listing::VARCHAR IS NULL OR listing_id = $listing
ORDER BY hours_waiting DESC, source, review_id
LIMIT $limit::BIGINT;
