-- How fast reviews are answered, by listing: medians of both bounds, and what could not be told.
-- since = 1900-01-01: only reviews posted from this day on
SELECT source, listing_id, count(*) AS replies,
    round(median(hours_from), 1) AS median_hours_from, round(median(hours_to), 1) AS median_hours_to,
    round(quantile_cont(hours_to, 0.9), 1) AS p90_hours_to,
    count(*) FILTER (basis = 'exact') AS exact,
    count(*) FILTER (basis IN ('between', 'at most')) AS bounded,
    count(*) FILTER (basis = 'reply older than review') AS older_than_review,
    count(*) FILTER (basis = 'review has no date') AS without_date
FROM response_times
WHERE posted_at IS NULL OR posted_at >= $since::TIMESTAMPTZ
GROUP BY source, listing_id
ORDER BY source, listing_id;
