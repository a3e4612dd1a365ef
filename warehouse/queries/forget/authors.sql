-- Return every review with the authors under whom it was ever seen.
SELECT source, review_id, list(DISTINCT author_key) FILTER (author_key IS NOT NULL) AS author_keys
FROM review_versions GROUP BY source, review_id ORDER BY source, review_id;
