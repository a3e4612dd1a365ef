-- Which lines were no reviews, and why, most frequent reasons first.
-- limit = 50: rows at most
SELECT source, listing_id, reason, count(*) AS lines, max(run_id) AS last_run, any_value(fragment) AS example
FROM quarantine GROUP BY source, listing_id, reason ORDER BY lines DESC, source, listing_id, reason LIMIT $limit::BIGINT;
