-- Tell the events of the affected reviews from their timelines; of what was emptied, that it differed.
CREATE OR REPLACE TEMP TABLE found_events AS
WITH happened AS (
    SELECT source, review_id, 'seen' AS event, seen_at, NULL::TIMESTAMPTZ AS previous_seen_at, run_id,
        NULL::VARCHAR AS old_version, NULL::VARCHAR AS new_version
    FROM timeline WHERE previous_seen_at IS NULL
    UNION ALL
    SELECT source, review_id, 'edited', seen_at, previous_seen_at, run_id, previous_version, version
    FROM timeline WHERE is_edited
    UNION ALL
    SELECT source, review_id, 'rating_changed', seen_at, previous_seen_at, run_id, previous_version, version
    FROM timeline WHERE is_rerated
    UNION ALL
    SELECT source, review_id, 'edited_after_reply', seen_at, previous_seen_at, run_id, previous_version, version
    FROM timeline WHERE (is_edited OR is_rerated) AND had_reply AND has_reply
    UNION ALL
    SELECT source, review_id, 'reply_seen', seen_at, known_before.seen_at, run_id, NULL, version
    FROM timeline WHERE reply_state = 'published' AND NOT had_reply
    UNION ALL
    SELECT source, review_id, 'reply_edited', seen_at, last_reply.seen_at, run_id, last_reply.version, version
    FROM timeline WHERE reply_state = 'published' AND had_reply AND known.reply <> last_reply.reply
    UNION ALL
    SELECT source, review_id, 'reply_removed', seen_at, last_reply.seen_at, run_id, last_reply.version, version
    FROM timeline WHERE had_reply AND NOT has_reply
)
SELECT happened.source, happened.review_id, event, happened.seen_at, happened.previous_seen_at,
    CASE
        WHEN event = 'rating_changed' THEN before.rating::VARCHAR
        WHEN event IN ('reply_edited', 'reply_removed') THEN before.reply_text
        WHEN before.words_hash = after.words_hash THEN before.rating::VARCHAR
        WHEN before.emptied_at IS NOT NULL OR after.emptied_at IS NOT NULL THEN NULL
        WHEN before.text <> after.text THEN before.text
        ELSE before.title
    END AS old_value,
    CASE
        WHEN event = 'rating_changed' THEN after.rating::VARCHAR
        WHEN event IN ('reply_seen', 'reply_edited') THEN after.reply_text
        WHEN event = 'reply_removed' THEN after.reply_state
        WHEN before.words_hash = after.words_hash THEN after.rating::VARCHAR
        WHEN before.emptied_at IS NOT NULL OR after.emptied_at IS NOT NULL THEN NULL
        WHEN before.text <> after.text THEN after.text
        WHEN before.words_hash <> after.words_hash THEN after.title
    END AS new_value,
    happened.run_id
FROM happened
LEFT JOIN review_versions AS before
    ON before.source = happened.source AND before.review_id = happened.review_id AND before.version = old_version
LEFT JOIN review_versions AS after
    ON after.source = happened.source AND after.review_id = happened.review_id AND after.version = new_version
UNION ALL
SELECT source, review_id, 'gone', gone_at, seen_at, NULL, reason, run_id FROM absences
UNION ALL
SELECT absence.source, absence.review_id, 'back', again.seen_at, absence.gone_at, NULL, NULL, again.run_id
FROM absences AS absence
JOIN timeline AS again
    ON again.source = absence.source AND again.review_id = absence.review_id AND again.previous_seen_at = absence.seen_at;
