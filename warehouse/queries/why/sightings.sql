-- Return the first, the newest and the deciding looks at one review, with the landing files in which they stand.
WITH looks AS (
    SELECT sighting.run_id, sighting.seen_at, sighting.listing_id,
        concat_ws(', ',
            CASE WHEN sighting.seen_at = min(sighting.seen_at) OVER () THEN 'first look' END,
            CASE WHEN sighting.seen_at = head.content_seen_at THEN 'present content' END,
            CASE WHEN sighting.seen_at = head.reply_seen_at THEN 'present reply' END,
            CASE WHEN sighting.seen_at = head.reply_worded_at AND head.reply_worded_at > head.reply_seen_at
                THEN 'present words of the reply' END,
            CASE WHEN sighting.seen_at = max(sighting.seen_at) OVER () THEN 'newest look' END) AS what
    FROM sightings AS sighting
    JOIN review_heads AS head USING (source, review_id)
    WHERE sighting.source = $source AND sighting.review_id = $review_id
)
SELECT looks.run_id, looks.seen_at, looks.what,
    list(file.path ORDER BY file.attempt, file.path) FILTER (file.path IS NOT NULL) AS paths
FROM looks
LEFT JOIN landing_files AS file
    ON file.run_id = looks.run_id AND file.source = $source AND file.listing_id = looks.listing_id
    AND file.kind = 'reviews'
WHERE looks.what <> ''
GROUP BY ALL
ORDER BY looks.seen_at;
