-- What each listing gave in the last runs, newest first.
-- listing = : only this listing
-- limit = 50: rows at most
SELECT run_id, source, listing_id, attempt, finished_at, status, pages, expected, collected, new, edited, quarantined, error
FROM coverage
WHERE $listing::VARCHAR IS NULL OR listing_id = $listing
ORDER BY finished_at DESC, source, listing_id
LIMIT $limit::BIGINT;
