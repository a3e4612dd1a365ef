-- Count the complaints of each enabled listing by day of posting, since its first review or for 98 days.
WITH watched AS (SELECT source, listing_id FROM listings WHERE in_watchlist AND enabled),
spans AS (
    SELECT source, listing_id,
        greatest(
            (min(coalesce(posted_at, first_seen_at)) AT TIME ZONE 'UTC')::DATE, ($now AT TIME ZONE 'UTC')::DATE - 97
        ) AS first_day
    FROM reviews SEMI JOIN watched USING (source, listing_id) GROUP BY ALL
),
recent AS (
    SELECT source, listing_id, review_id, rating,
        (coalesce(posted_at, first_seen_at) AT TIME ZONE 'UTC')::DATE AS day
    FROM reviews SEMI JOIN watched USING (source, listing_id)
    WHERE coalesce(posted_at, first_seen_at) BETWEEN $now - INTERVAL 99 DAY AND $now AND first_seen_at <= $now
),
-- As latest_predictions, but only of what is recent: a day's count does not sort what was said of a million.
said AS (
    SELECT prediction.source, prediction.review_id, prediction.label
    FROM predictions AS prediction
    SEMI JOIN recent USING (source, review_id)
    SEMI JOIN review_heads USING (source, review_id, content_hash)
    QUALIFY row_number() OVER (PARTITION BY source, review_id ORDER BY scored_at DESC, model DESC) = 1
),
hits AS (
    SELECT recent.source, recent.listing_id, recent.day, count(*) AS complaints
    FROM recent LEFT JOIN said USING (source, review_id)
    WHERE coalesce(said.label = 'negative', false) OR coalesce(recent.rating <= 0.25, false)
    GROUP BY ALL
)
SELECT watched.listing_id, spans.first_day, ($now AT TIME ZONE 'UTC')::DATE AS today,
    coalesce(list(hits.day ORDER BY hits.day) FILTER (hits.day IS NOT NULL), []) AS days,
    coalesce(list(hits.complaints ORDER BY hits.day) FILTER (hits.day IS NOT NULL), []) AS complaints
FROM watched
LEFT JOIN spans USING (source, listing_id)
LEFT JOIN hits ON hits.source = watched.source AND hits.listing_id = watched.listing_id AND hits.day >= spans.first_day
GROUP BY ALL
ORDER BY watched.listing_id;
