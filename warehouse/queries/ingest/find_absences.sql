-- Find when each affected review was found gone: its source said so, or two full readings in a row lacked it.
-- A reading that brought less than half of what one of the five before it did may be a window that shrank: it proves nothing.
CREATE OR REPLACE TEMP TABLE absences AS
WITH full_looks AS (
    SELECT look.source, look.listing_id, look.run_id,
        least(look.started_at, own.earliest) AS started_at,
        greatest(look.finished_at, own.latest) AS finished_at,
        row_number() OVER (PARTITION BY look.source, look.listing_id ORDER BY look.finished_at, look.run_id) AS number
    FROM (
        FROM (
            SELECT *, max(collected) OVER (
                PARTITION BY source, listing_id ORDER BY finished_at, run_id ROWS BETWEEN 5 PRECEDING AND 1 PRECEDING
            ) AS before
            FROM (
                FROM coverage WHERE is_full AND status = 'ok'
                QUALIFY row_number() OVER (PARTITION BY run_id, source, listing_id ORDER BY attempt DESC) = 1
            )
        )
        WHERE coalesce(before < 10 OR collected >= before / 2, true)
    ) AS look
    LEFT JOIN (
        SELECT source, listing_id, run_id, min(seen_at) AS earliest, max(seen_at) AS latest
        FROM sightings SEMI JOIN (FROM coverage WHERE is_full) USING (run_id, source, listing_id)
        GROUP BY source, listing_id, run_id
    ) AS own USING (source, listing_id, run_id)
),
first_looks AS (
    SELECT timeline.source, timeline.review_id, timeline.listing_id, timeline.seen_at, timeline.next_seen_at, look.number
    FROM timeline
    ASOF JOIN full_looks AS look
        ON timeline.source = look.source AND timeline.listing_id = look.listing_id AND timeline.seen_at < look.started_at
),
found AS (
    SELECT first.source, first.review_id, first.seen_at, second.finished_at AS gone_at, second.run_id,
        'missing from two full readings' AS reason
    FROM first_looks AS first
    JOIN full_looks AS second
        ON second.source = first.source AND second.listing_id = first.listing_id AND second.number = first.number + 1
    WHERE first.next_seen_at IS NULL OR first.next_seen_at > second.finished_at
    UNION ALL
    SELECT timeline.source, timeline.review_id, timeline.seen_at, mark.reported_at, mark.run_id, 'the source says so'
    FROM timeline
    JOIN gone_marks AS mark USING (source, review_id)
    WHERE mark.reported_at >= timeline.seen_at
        AND (timeline.next_seen_at IS NULL OR mark.reported_at < timeline.next_seen_at)
)
SELECT * FROM found
QUALIFY row_number() OVER (PARTITION BY source, review_id, seen_at ORDER BY gone_at, reason, run_id) = 1;
