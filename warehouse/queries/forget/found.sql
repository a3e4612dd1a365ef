-- Describe the reviews of the people who are to be erased, and count what hangs on each.
SELECT review.source, review.review_id, review.listing_id, review.url, review.posted_at, review.rating,
    length(review.text) AS characters,
    (SELECT list(DISTINCT author_key ORDER BY author_key) FROM review_versions AS state
        WHERE state.source = review.source AND state.review_id = review.review_id AND author_key IS NOT NULL) AS author_keys,
    (SELECT count(*) FROM sightings AS seen
        WHERE seen.source = review.source AND seen.review_id = review.review_id) AS sightings,
    (SELECT count(*) FROM review_events AS told
        WHERE told.source = review.source AND told.review_id = review.review_id) AS events,
    (SELECT count(*) FROM cases AS known
        WHERE known.source = review.source AND known.review_id = review.review_id) AS cases,
    (SELECT count(*) FROM alerts AS alert
        WHERE alert.source = review.source AND alert.review_id = review.review_id) AS alerts
FROM reviews AS review SEMI JOIN forgotten_keys USING (source, review_id)
ORDER BY review.source, review.posted_at, review.review_id;
