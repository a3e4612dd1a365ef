-- Count for each listing of this ingest the reviews that are new and those that were edited.
SELECT event.source, timeline.listing_id,
    count(*) FILTER (event.event = 'seen') AS new,
    count(DISTINCT event.review_id) FILTER (event.event IN ('edited', 'rating_changed')) AS edited
FROM new_events AS event
JOIN timeline USING (source, review_id, seen_at)
GROUP BY event.source, timeline.listing_id;
