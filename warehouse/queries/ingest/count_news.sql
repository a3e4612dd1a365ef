-- Count what was new, what was edited and what was neither in the runs of this ingest.
UPDATE coverage SET new = found.new, edited = found.edited,
    unchanged = greatest(0, coalesce(nullif(coverage.seen, 0), coverage.collected) - found.new - found.edited)
FROM (
    SELECT event.run_id, review.source, review.listing_id,
        count(*) FILTER (event.event = 'seen') AS new,
        count(DISTINCT event.review_id) FILTER (event.event IN ('edited', 'rating_changed')) AS edited
    FROM review_events AS event
    JOIN reviews AS review USING (source, review_id)
    WHERE event.run_id IN (SELECT run_id FROM fresh UNION SELECT run_id FROM new_coverage)
    GROUP BY event.run_id, review.source, review.listing_id
) AS found
WHERE coverage.run_id = found.run_id AND coverage.source = found.source AND coverage.listing_id = found.listing_id;
