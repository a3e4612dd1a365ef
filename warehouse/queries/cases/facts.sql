-- Return all that the life of a case depends on, for the reviews where something can change.
WITH last_decision AS (
    FROM case_decisions
    QUALIFY row_number() OVER (PARTITION BY source, review_id ORDER BY decided_at DESC, content_hash) = 1
),
acts AS (
    SELECT source, review_id, max(happened_at) FILTER (NOT list_contains($unmoved, event)) AS last_event_at,
        max(happened_at) FILTER (actor <> 'otklik' AND NOT list_contains($passive, event)) AS acted_at
    FROM case_events GROUP BY source, review_id
)
SELECT review.source, review.review_id, review.listing_id, review.rating, review.posted_at, review.first_seen_at,
    review.last_seen_at, head.content_hash, head.content_seen_at, head.is_baseline, review.reply_state,
    head.reply_worded_at AS reply_seen_at,
    CASE WHEN head.reply_seen_at IS NOT NULL THEN review.reply_at END AS reply_at,
    head.reply_removed_at, head.reply_rejected_at, head.edited_after_reply_at, head.gone_at,
    last_decision.content_hash AS decided_hash, last_decision.decided_at, last_decision.reason AS decided_reason,
    acts.acted_at,
    CASE WHEN latest_case.status IS NOT NULL THEN latest_case END AS known_case,
    CASE WHEN word.model IS NOT NULL THEN word END AS prediction, review.title, review.text
FROM reviews AS review
JOIN review_heads AS head USING (source, review_id)
LEFT JOIN latest_cases AS latest_case USING (source, review_id)
LEFT JOIN last_decision USING (source, review_id)
LEFT JOIN acts USING (source, review_id)
LEFT JOIN latest_predictions AS word USING (source, review_id)
WHERE review.first_seen_at <= $now AND ((
        last_decision.content_hash IS DISTINCT FROM head.content_hash
        AND (word.model IS NOT NULL OR review.rating <= 0.5)
    )
    OR latest_case.status IN ('open', 'acknowledged', 'waiting_for_branch', 'disputed', 'claimed')
    OR (latest_case.status = 'answered' AND latest_case.answered_at <= $answered_before)
    OR (
        -- A person's word alone closed it while the source showed no replies; that it shows none now is no new event.
        latest_case.status = 'answered' AND latest_case.close_reason = 'claimed' AND review.reply_state <> 'unknown'
    )
    OR (
        latest_case.status = 'reply_not_visible'
        AND (review.reply_state <> 'unknown' OR latest_case.opened_at > $now - INTERVAL 30 DAY)
    )
    OR (
        latest_case.status IS NOT NULL
        AND greatest(head.reply_removed_at, head.reply_rejected_at, head.edited_after_reply_at,
            head.reply_worded_at, head.gone_at, head.content_seen_at) > acts.last_event_at
    )
    OR (latest_case.status = 'resolved' AND latest_case.close_reason = 'gone' AND head.gone_at IS NULL)
    OR (latest_case.status IS NULL AND (
        (last_decision.reason = 'history' AND head.reply_removed_at IS NOT NULL)
        OR (last_decision.reason = 'gone' AND head.gone_at IS NULL)
    )))
ORDER BY review.source, review.review_id;
