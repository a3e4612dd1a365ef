-- Return the most alerts planned on one of the last 30 days, and those planned today, but for what was held.
SELECT
    coalesce(max(planned) FILTER (day < ($now AT TIME ZONE 'UTC')::DATE), 0),
    coalesce(max(planned) FILTER (day = ($now AT TIME ZONE 'UTC')::DATE), 0)
FROM (
    SELECT (planned_at AT TIME ZONE 'UTC')::DATE AS day, count(*) AS planned
    FROM alerts
    WHERE level >= 1 AND covered_by IS NULL AND NOT was_held
        AND (planned_at AT TIME ZONE 'UTC')::DATE >= ($now AT TIME ZONE 'UTC')::DATE - 30
    GROUP BY day
);
