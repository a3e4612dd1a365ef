-- Derive what is kept beside the present state of each affected review.
CREATE OR REPLACE TEMP TABLE heads AS
SELECT last.source, last.review_id, last.version, last.content_hash, derived.content_seen_at,
    last.seen_at AS last_seen_at, derived.first_seen_at,
    NOT (last.has_reply AND coalesce(last.known, last.known_before).state <> 'published') AS settled,
    derived.reply_known_at,
    CASE WHEN last.has_reply THEN derived.reply_seen_at END AS reply_seen_at,
    CASE WHEN last.has_reply THEN derived.reply_worded_at END AS reply_worded_at,
    CASE WHEN NOT last.has_reply THEN derived.reply_removed_at END AS reply_removed_at,
    CASE WHEN coalesce(last.known, last.known_before).state = 'rejected' THEN derived.reply_rejected_at END
        AS reply_rejected_at,
    derived.edited_after_reply_at,
    derived.dated,
    absence.gone_at,
    coalesce(
        old.is_baseline,
        derived.first_run_id = listing.first_run_id,
        false
    ) OR coalesce(
        old.is_baseline,
        first.posted_at < listing.first_run_at AND (coalesce(run.kind = 'import', false) OR NOT EXISTS (
            FROM coverage AS earlier
            WHERE earlier.source = last.source AND earlier.listing_id = last.listing_id AND earlier.status = 'ok'
                AND earlier.run_id <> derived.first_run_id AND earlier.finished_at <= derived.first_seen_at
                AND earlier.run_id NOT IN (SELECT run_id FROM runs WHERE kind = 'pulse')
        )),
        false
    ) AS is_baseline
FROM timeline AS last
JOIN (
    SELECT source, review_id,
        min(seen_at) AS first_seen_at,
        arg_min(run_id, seen_at) AS first_run_id,
        arg_min(version, seen_at) AS first_version,
        max(seen_at) FILTER (content_hash IS DISTINCT FROM previous_content_hash) AS content_seen_at,
        min(seen_at) FILTER (reply_state <> 'unknown') AS reply_known_at,
        max(seen_at) FILTER (reply_state = 'published' AND NOT had_reply) AS reply_seen_at,
        max(seen_at) FILTER (
            reply_state = 'published' AND (NOT had_reply OR known.reply <> last_reply.reply)
        ) AS reply_worded_at,
        max(seen_at) FILTER (had_reply AND NOT has_reply) AS reply_removed_at,
        max(seen_at) FILTER (
            reply_state = 'rejected' AND known_before.state IS DISTINCT FROM 'rejected'
        ) AS reply_rejected_at,
        max(seen_at) FILTER ((is_edited OR is_rerated) AND had_reply AND has_reply) AS edited_after_reply_at,
        -- The best date that was ever seen: the latest that is none from the night, else the earliest from a night.
        arg_min({'at': posted_at, 'precision': posted_at_precision}, CASE
            WHEN posted_at_precision = 'relative' THEN {'rank': 2, 'seen': epoch_us(seen_at)}
            ELSE {'rank': CASE posted_at_precision WHEN 'exact' THEN 0 ELSE 1 END, 'seen': -epoch_us(seen_at)}
        END) FILTER (posted_at IS NOT NULL) AS dated
    FROM timeline GROUP BY source, review_id
) AS derived USING (source, review_id)
JOIN review_versions AS first
    ON first.source = last.source AND first.review_id = last.review_id AND first.version = derived.first_version
LEFT JOIN absences AS absence
    ON absence.source = last.source AND absence.review_id = last.review_id AND absence.seen_at = last.seen_at
LEFT JOIN review_heads AS old ON old.source = last.source AND old.review_id = last.review_id
LEFT JOIN listings AS listing ON listing.source = last.source AND listing.listing_id = last.listing_id
LEFT JOIN runs AS run ON run.run_id = derived.first_run_id
WHERE last.next_seen_at IS NULL;
