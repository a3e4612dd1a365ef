-- Count what a week brought on each listing: reviews, answers, customers who came round and what was praised.
WITH said AS (
    SELECT source, listing_id, count(*) AS reviews, count(*) FILTER (is_satisfied) AS satisfied,
        count(*) FILTER (is_complaint) AS complaints
    FROM judged_reviews WHERE said_at >= $week_from AND said_at < $week_to GROUP BY ALL
),
handled AS (
    SELECT source, listing_id, count(*) AS answered, count(*) FILTER (reply_quality = 'boilerplate') AS formal
    FROM latest_cases WHERE answered_at >= $week_from AND answered_at < $week_to GROUP BY ALL
),
came_round AS (
    SELECT review.source, review.listing_id, review.review_id
    FROM review_events AS event
    JOIN reviews AS review USING (source, review_id)
    JOIN review_heads AS head USING (source, review_id)
    WHERE event.event = 'rating_changed' AND event.new_value::DOUBLE > event.old_value::DOUBLE
        AND event.seen_at >= $week_from AND event.seen_at < $week_to AND event.seen_at > head.reply_seen_at
    UNION
    SELECT source, listing_id, review_id FROM latest_cases
    WHERE (close_reason = 'edited_to_no_complaint' AND resolved_at >= $week_from AND resolved_at < $week_to)
        OR (verified_at >= $week_from AND verified_at < $week_to)
),
recovered AS (
    SELECT source, listing_id, list({'source': source, 'review_id': review_id} ORDER BY review_id) AS reviews
    FROM came_round GROUP BY ALL
),
named AS (
    SELECT source, listing_id, unnest(aspects) AS aspect
    FROM judged_reviews WHERE is_satisfied AND said_at >= $week_from AND said_at < $week_to
),
counted AS (SELECT source, listing_id, aspect, count(*) AS times FROM named WHERE aspect <> 'other' GROUP BY ALL),
praised AS (
    SELECT source, listing_id, list({'aspect': aspect, 'times': times} ORDER BY times DESC, aspect) AS aspects
    FROM counted GROUP BY ALL
)
SELECT listing.listing_id, coalesce(said.reviews, 0) AS reviews, coalesce(said.satisfied, 0) AS satisfied,
    coalesce(said.complaints, 0) AS complaints, coalesce(handled.answered, 0) AS answered,
    coalesce(handled.formal, 0) AS formal, coalesce(recovered.reviews, []) AS recovered,
    coalesce(praised.aspects, []) AS praised
FROM listings AS listing
LEFT JOIN said ON said.source = listing.source AND said.listing_id = listing.listing_id
LEFT JOIN handled ON handled.source = listing.source AND handled.listing_id = listing.listing_id
LEFT JOIN recovered ON recovered.source = listing.source AND recovered.listing_id = listing.listing_id
LEFT JOIN praised ON praised.source = listing.source AND praised.listing_id = listing.listing_id
WHERE listing.in_watchlist AND listing.enabled
ORDER BY listing.listing_id;
