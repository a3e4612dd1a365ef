-- Let a state whose dates count from the night keep those of its earliest sighting, in whatever order nights come in.
UPDATE review_versions AS state SET
    posted_at = CASE WHEN state.posted_at_precision = 'relative' THEN early.posted_at ELSE state.posted_at END,
    reply_at = CASE WHEN state.reply_at_kind IS NULL THEN early.reply_at ELSE state.reply_at END
FROM (
    SELECT source, review_id, version, min(seen_at) AS seen_at,
        arg_min(posted_at, {'seen_at': seen_at, 'at': posted_at}) AS posted_at,
        arg_min(reply_at, {'seen_at': seen_at, 'at': reply_at}) AS reply_at
    FROM stage
    WHERE posted_at_precision = 'relative' OR (reply_at IS NOT NULL AND reply_at_kind IS NULL)
    GROUP BY source, review_id, version
) AS early
WHERE state.source = early.source AND state.review_id = early.review_id AND state.version = early.version
    AND NOT EXISTS (
        FROM sightings AS known
        WHERE known.source = early.source AND known.review_id = early.review_id AND known.version = early.version
            AND known.seen_at <= early.seen_at
    );
