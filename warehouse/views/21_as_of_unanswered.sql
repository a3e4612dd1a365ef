-- Reviews that were known at the moment `ts` and had no published reply then: SELECT * FROM as_of_unanswered('2026-11-20').
-- Texts and ratings are the present ones; who was unanswered is told from the events up to that moment.
CREATE OR REPLACE MACRO as_of_unanswered(ts) AS TABLE
SELECT review.source, review.review_id, review.listing_id, review.url, review.rating, review.title, review.text,
    review.posted_at, review.first_seen_at,
    round(greatest(date_diff('minute', coalesce(review.posted_at, review.first_seen_at), ts::TIMESTAMPTZ), 0) / 60, 1)
        AS hours_waiting
FROM reviews AS review
JOIN review_heads AS head USING (source, review_id)
LEFT JOIN (
    SELECT source, review_id, arg_max(event, seen_at) AS event
    FROM review_events
    WHERE event IN ('reply_seen', 'reply_removed') AND seen_at <= ts::TIMESTAMPTZ
    GROUP BY source, review_id
) AS reply ON reply.source = review.source AND reply.review_id = review.review_id
LEFT JOIN (
    SELECT source, review_id, arg_max(event, seen_at) AS event
    FROM review_events
    WHERE event IN ('gone', 'back') AND seen_at <= ts::TIMESTAMPTZ
    GROUP BY source, review_id
) AS presence ON presence.source = review.source AND presence.review_id = review.review_id
WHERE head.reply_known_at <= ts::TIMESTAMPTZ
    AND reply.event IS DISTINCT FROM 'reply_seen'
    AND presence.event IS DISTINCT FROM 'gone'
ORDER BY hours_waiting DESC, review.source, review.review_id;
