-- How many watched listings the last try really read, and how old the oldest of these looks is.
SELECT count(*) AS watched, count(*) FILTER (gap.listing_id IS NULL) AS read,
    round(max(date_diff('minute', look.read_at, clock.as_of)) / 60, 1) AS oldest_hours
FROM named
CROSS JOIN clock
LEFT JOIN coverage_gaps AS gap USING (source, listing_id)
LEFT JOIN (
    SELECT source, listing_id, max(finished_at) AS read_at FROM coverage WHERE status = 'ok' GROUP BY ALL
) AS look USING (source, listing_id)
WHERE named.is_watched;
