-- Find the reviews whose events may differ now: all but those seen again, in order and unchanged.
CREATE OR REPLACE TEMP TABLE affected AS
SELECT source, review_id
FROM (
    SELECT source, review_id, min(seen_at) AS earliest, min(event_key) AS lowest, max(event_key) AS highest
    FROM fresh GROUP BY source, review_id
)
LEFT JOIN review_heads AS head USING (source, review_id)
WHERE head.version IS NULL
    OR earliest <= head.last_seen_at
    OR lowest <> head.event_key
    OR highest <> head.event_key
    OR NOT head.settled
    OR head.gone_at IS NOT NULL
UNION
SELECT mark.source, mark.review_id FROM new_gone_marks AS mark SEMI JOIN review_heads USING (source, review_id)
UNION
SELECT review.source, review.review_id
FROM (
    SELECT source, listing_id, any_value(run_id) AS run_id, any_value(started_at) AS started_at,
        count(*) > 1 OR any_value(finished_at) < (
            SELECT max(finished_at) FROM coverage AS known
            WHERE known.is_full AND known.status = 'ok'
                AND known.source = new_coverage.source AND known.listing_id = new_coverage.listing_id
        ) AS is_tangled
    FROM new_coverage WHERE is_full AND status = 'ok'
    GROUP BY source, listing_id
) AS look
JOIN reviews AS review USING (source, listing_id)
JOIN review_heads AS head ON head.source = review.source AND head.review_id = review.review_id
WHERE look.is_tangled
    OR head.last_seen_at < look.started_at
    AND head.gone_at IS NULL
    AND NOT EXISTS (
        FROM fresh
        WHERE fresh.source = review.source AND fresh.review_id = review.review_id AND fresh.run_id = look.run_id
    );
