-- What happened after each first reply: the reply is gone, the customer wrote again, or all stands as it was.
WITH first AS (
    SELECT source, review_id, min(seen_at) AS replied_at
    FROM review_events
    WHERE event = 'reply_seen'
    GROUP BY ALL
),
later AS (
    SELECT source, review_id,
        max(event.seen_at) FILTER (event.event = 'reply_removed') AS removed_at,
        max(event.seen_at) FILTER (event.event = 'edited_after_reply') AS edited_at,
        TRY_CAST(min_by(event.old_value, event.seen_at) FILTER (
            event.event = 'rating_changed' AND event.seen_at > first.replied_at
        ) AS DOUBLE) AS rating_before
    FROM review_events AS event
    JOIN first USING (source, review_id)
    WHERE event.seen_at >= first.replied_at
    GROUP BY ALL
)
SELECT named.listing, review.source, review.review_id,
    CASE
        WHEN later.removed_at IS NOT NULL AND review.reply_state <> 'published' THEN 'the reply disappeared'
        WHEN later.edited_at IS NOT NULL THEN 'the customer wrote again'
        ELSE 'nothing changed'
    END AS effect,
    greatest(later.removed_at, later.edited_at) AS seen_at, later.rating_before, review.rating, review.title,
    review.text, review.url
FROM first
JOIN later USING (source, review_id)
JOIN reviews AS review USING (source, review_id)
JOIN named USING (source, listing_id)
ORDER BY seen_at DESC NULLS LAST, review.source, review.review_id;
