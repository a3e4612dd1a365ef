-- Since when a source says that it rejected the reply, also one that was never published.

ALTER TABLE review_heads ADD COLUMN reply_rejected_at TIMESTAMPTZ;
COMMENT ON COLUMN review_heads.reply_rejected_at IS 'First sighting of the rejection of the last reply, if that is how it stands.';
UPDATE review_heads SET reply_rejected_at = rejected.seen_at
FROM (
    SELECT source, review_id, min(seen_at) FILTER (reply_state = 'rejected') AS seen_at
    FROM (
        SELECT look.source, look.review_id, look.seen_at, state.reply_state,
            max(CASE WHEN state.reply_state <> 'rejected' THEN look.seen_at END)
                OVER (PARTITION BY look.source, look.review_id) AS other_at
        FROM sightings AS look
        JOIN review_versions AS state USING (source, review_id, version)
        WHERE state.reply_state <> 'unknown'
    )
    WHERE other_at IS NULL OR seen_at > other_at
    GROUP BY source, review_id
) AS rejected
WHERE rejected.source = review_heads.source AND rejected.review_id = review_heads.review_id;
