-- Return the most alerts planned on one of the last 30 days, and those planned today.
SELECT
    coalesce(max(planned) FILTER (day < ($now AT TIME ZONE 'UTC')::DATE), 0),
    coalesce(max(planned) FILTER (day = ($now AT TIME ZONE 'UTC')::DATE), 0)
FROM (
    SELECT (planned_at AT TIME ZONE 'UTC')::DATE AS day, count(*) AS planned
    FROM alerts
    WHERE level >= 1 AND state NOT IN ('held', 'covered')
        AND (planned_at AT TIME ZONE 'UTC')::DATE >= ($now AT TIME ZONE 'UTC')::DATE - 30
    GROUP BY day
);
