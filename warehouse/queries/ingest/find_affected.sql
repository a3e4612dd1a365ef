-- Find the reviews whose events may differ now: all but those seen again, in order and unchanged.
CREATE OR REPLACE TEMP TABLE affected AS
SELECT source, review_id FROM fresh ANTI JOIN review_heads USING (source, review_id)
UNION
SELECT fresh.source, fresh.review_id
FROM fresh
JOIN review_heads AS head USING (source, review_id)
WHERE fresh.seen_at <= head.last_seen_at OR NOT head.settled OR head.gone_at IS NOT NULL
UNION
SELECT changed.source, changed.review_id
FROM (
    SELECT fresh.source, fresh.review_id, head.version AS old_version, fresh.version AS new_version
    FROM fresh
    JOIN review_heads AS head USING (source, review_id)
    WHERE fresh.version <> head.version
) AS changed
JOIN review_versions AS before
    ON before.source = changed.source AND before.review_id = changed.review_id AND before.version = changed.old_version
JOIN review_versions AS after
    ON after.source = changed.source AND after.review_id = changed.review_id AND after.version = changed.new_version
WHERE before.words_hash <> after.words_hash
    OR before.rating IS DISTINCT FROM after.rating
    OR before.reply_state <> after.reply_state
    OR before.reply_hash <> after.reply_hash
    OR before.posted_at_precision IS DISTINCT FROM after.posted_at_precision
UNION
SELECT source, review_id FROM refilled
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
