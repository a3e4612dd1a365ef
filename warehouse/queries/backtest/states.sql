-- Return what was known of each review whenever something new was seen of it, from the timelines that were laid out.
-- What an import brought counts as read night by night: history is what was there at the listing's first look, or older.
WITH running AS (
    SELECT *,
        min(seen_at) OVER so_far AS first_seen_at,
        first(run_id) OVER so_far AS first_run_id,
        max(CASE WHEN content_hash IS DISTINCT FROM previous_content_hash THEN seen_at END) OVER so_far
            AS content_seen_at,
        max(CASE WHEN reply_state = 'published' AND (NOT had_reply OR known.reply <> last_reply.reply) THEN seen_at END)
            OVER so_far AS reply_worded_at,
        max(CASE WHEN had_reply AND NOT has_reply THEN seen_at END) OVER so_far AS reply_ended_at,
        max(CASE WHEN reply_state = 'rejected' AND known_before.state IS DISTINCT FROM 'rejected' THEN seen_at END)
            OVER so_far AS reply_refused_at,
        max(CASE WHEN (is_edited OR is_rerated) AND had_reply AND has_reply THEN seen_at END) OVER so_far
            AS edited_after_reply_at
    FROM timeline
    WINDOW so_far AS (PARTITION BY source, review_id ORDER BY seen_at ROWS UNBOUNDED PRECEDING)
),
known AS (
    SELECT running.*, absence.gone_at,
        lag(absence.gone_at) OVER in_order AS gone_before,
        CASE WHEN has_reply THEN reply_worded_at END AS reply_seen_at,
        CASE WHEN NOT has_reply THEN reply_ended_at END AS reply_removed_at,
        CASE WHEN coalesce(running.known, known_before).state = 'rejected' THEN reply_refused_at END AS reply_rejected_at
    FROM running
    LEFT JOIN absences AS absence
        ON absence.source = running.source AND absence.review_id = running.review_id
        AND absence.seen_at = running.seen_at
    WINDOW in_order AS (PARTITION BY running.source, running.review_id ORDER BY running.seen_at)
),
changed AS (
    FROM known
    QUALIFY previous_seen_at IS NULL OR gone_before IS NOT NULL OR gone_at IS NOT NULL
        OR version <> previous_version
        OR reply_seen_at IS DISTINCT FROM lag(reply_seen_at) OVER (PARTITION BY source, review_id ORDER BY seen_at)
        OR reply_removed_at IS DISTINCT FROM lag(reply_removed_at) OVER (PARTITION BY source, review_id ORDER BY seen_at)
),
began AS (
    SELECT source, listing_id, min(seen_at) AS at FROM timeline GROUP BY source, listing_id
)
SELECT changed.source, changed.review_id, changed.seen_at AS last_seen_at, changed.listing_id, changed.rating,
    state.title, state.text, coalesce(CASE WHEN state.posted_at_precision = 'relative' THEN review.posted_at END,
        state.posted_at) AS posted_at,
    changed.first_seen_at, changed.content_hash, changed.content_seen_at, changed.reply_state,
    changed.reply_seen_at, CASE WHEN changed.reply_seen_at IS NOT NULL THEN state.reply_at END AS reply_at,
    changed.reply_removed_at, changed.reply_rejected_at, changed.edited_after_reply_at, changed.gone_at,
    CASE
        WHEN run.kind IS DISTINCT FROM 'import' THEN head.is_baseline
        ELSE changed.first_seen_at <= began.at + INTERVAL 12 HOUR
            OR coalesce(first(state.posted_at) OVER (
                PARTITION BY changed.source, changed.review_id ORDER BY changed.seen_at
            ) < began.at, false)
    END AS is_baseline
FROM changed
JOIN review_versions AS state USING (source, review_id, version)
JOIN reviews AS review USING (source, review_id)
JOIN review_heads AS head USING (source, review_id)
JOIN began ON began.source = changed.source AND began.listing_id = changed.listing_id
LEFT JOIN runs AS run ON run.run_id = changed.first_run_id
ORDER BY changed.source, changed.review_id, changed.seen_at;
