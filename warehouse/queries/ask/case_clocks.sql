-- The clocks of one case in hours, as intervals where the source tells no time of the reply.
-- source = : the site
-- review_id = : the review
WITH kase AS (
    SELECT latest.*, review.reply_at,
        CASE WHEN latest.opened_at > review.first_seen_at THEN latest.opened_at
            ELSE coalesce(least(review.posted_at, review.first_seen_at), latest.opened_at) END AS waits_since
    FROM latest_cases AS latest
    JOIN reviews AS review USING (source, review_id)
    WHERE latest.source = $source AND latest.review_id = $review_id
),
seen AS (
    SELECT event.previous_seen_at AS seen_without_at, event.seen_at AS seen_with_at
    FROM review_events AS event
    JOIN kase ON event.source = kase.source AND event.review_id = kase.review_id
    WHERE event.event = 'reply_seen' AND event.seen_at >= kase.opened_at
    ORDER BY event.seen_at
    LIMIT 1
)
SELECT kase.waits_since, kase.opened_at, kase.due_at, kase.severe_at, kase.acknowledged_at, kase.answered_at,
    seen.seen_without_at, seen.seen_with_at, kase.resolved_at,
    kase.answered_at IS NOT NULL AND kase.reply_at = kase.answered_at AS is_exact,
    CASE
        WHEN kase.answered_at IS NULL THEN NULL
        WHEN is_exact OR seen.seen_with_at IS NULL THEN
            round(date_diff('second', kase.waits_since, kase.answered_at) / 3600, 2)
        ELSE round(greatest(date_diff('second', kase.waits_since, seen.seen_without_at), 0) / 3600, 2)
    END AS response_hours_from,
    CASE
        WHEN kase.answered_at IS NULL THEN NULL
        WHEN is_exact OR seen.seen_with_at IS NULL THEN response_hours_from
        ELSE round(date_diff('second', kase.waits_since, seen.seen_with_at) / 3600, 2)
    END AS response_hours_to,
    CASE
        WHEN kase.resolved_at IS NULL THEN NULL
        WHEN kase.close_reason = 'quiet' THEN coalesce(response_hours_from, 0)
        ELSE round(date_diff('second', kase.waits_since, kase.resolved_at) / 3600, 2)
    END AS resolution_hours_from,
    round(date_diff('second', kase.waits_since, kase.resolved_at) / 3600, 2) AS resolution_hours_to
FROM kase LEFT JOIN seen ON true;
