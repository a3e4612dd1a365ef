-- Return how one listing was last read, and when it was last read well.
SELECT run_id, started_at, finished_at, status, error, expected, collected, quarantined, is_full,
    max(finished_at) FILTER (status = 'ok') OVER () AS read_at
FROM coverage WHERE source = $source AND listing_id = $listing_id
ORDER BY finished_at DESC, attempt DESC
LIMIT 1;
