-- Return all that the life of a case depends on, for some reviews.
WITH last_decision AS (
    FROM case_decisions SEMI JOIN wanted_reviews USING (source, review_id)
    QUALIFY row_number() OVER (PARTITION BY source, review_id ORDER BY decided_at DESC, content_hash) = 1
),
acts AS (
    SELECT source, review_id,
        max(happened_at) FILTER (actor <> 'otklik' AND NOT list_contains($passive, event)) AS acted_at
    FROM case_events SEMI JOIN wanted_reviews USING (source, review_id)
    GROUP BY source, review_id
),
latest_case AS (
    FROM cases SEMI JOIN wanted_reviews USING (source, review_id)
    QUALIFY row_number() OVER (PARTITION BY source, review_id ORDER BY reopen_no DESC) = 1
),
word AS (
    FROM predictions SEMI JOIN wanted_reviews USING (source, review_id)
    SEMI JOIN review_heads USING (source, review_id, content_hash)
    QUALIFY row_number() OVER (PARTITION BY source, review_id ORDER BY scored_at DESC, model DESC) = 1
)
SELECT review.source, review.review_id, review.listing_id, review.rating, review.posted_at, review.first_seen_at,
    review.last_seen_at, head.content_hash, head.content_seen_at, head.is_baseline, review.reply_state,
    head.reply_worded_at AS reply_seen_at,
    CASE WHEN head.reply_seen_at IS NOT NULL THEN review.reply_at END AS reply_at,
    head.reply_removed_at, head.reply_rejected_at, head.edited_after_reply_at, head.gone_at,
    last_decision.content_hash AS decided_hash, last_decision.decided_at, last_decision.reason AS decided_reason,
    acts.acted_at,
    CASE WHEN latest_case.status IS NOT NULL THEN latest_case END AS known_case,
    CASE WHEN word.model IS NOT NULL THEN word END AS prediction
FROM reviews AS review
JOIN wanted_reviews USING (source, review_id)
JOIN review_heads AS head USING (source, review_id)
LEFT JOIN latest_case USING (source, review_id)
LEFT JOIN last_decision USING (source, review_id)
LEFT JOIN acts USING (source, review_id)
LEFT JOIN word USING (source, review_id)
WHERE review.first_seen_at <= $now
ORDER BY review.source, review.review_id;
