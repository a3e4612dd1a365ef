-- What each listing gave on each of the last 14 days; the last attempt of a run counts, and the worst run of a
-- day. The hourly pulse reads first pages only and is left out. Days without a try show up too.
WITH tries AS (
    SELECT named.listing, try.started_at::DATE AS day, try.status, try.collected, try.expected, try.error,
        try.started_at
    FROM coverage AS try
    JOIN named USING (source, listing_id)
    LEFT JOIN runs USING (run_id)
    WHERE runs.kind IS DISTINCT FROM 'pulse'
    QUALIFY row_number() OVER (PARTITION BY run_id, try.source, try.listing_id ORDER BY try.attempt DESC) = 1
),
days AS (
    SELECT unnest(generate_series(
        greatest((SELECT min(day) FROM tries), (as_of - INTERVAL 13 DAY)::DATE), as_of::DATE, INTERVAL 1 DAY
    ))::DATE AS day
    FROM clock
)
SELECT named.listing, days.day, coalesce(try.status, 'no try') AS status, try.collected, try.expected, try.error
FROM days
CROSS JOIN named
LEFT JOIN tries AS try USING (listing, day)
WHERE named.is_watched OR try.status IS NOT NULL
QUALIFY row_number() OVER (
    PARTITION BY named.listing, day
    ORDER BY array_position(['failed', 'blocked', 'stale', 'short', 'ok'], try.status), try.started_at DESC
) = 1
ORDER BY day, named.listing;
