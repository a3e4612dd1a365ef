-- Return the reviews that a name may mean: a short id or its start, SOURCE/REVIEW, the review's own id, or its address.
SELECT source, review_id, source || '/' || review_id AS name, left(sha256(source || chr(31) || review_id), 8) AS id,
    CASE WHEN name = $wanted THEN 0 WHEN id = lower($wanted) THEN 1 ELSE 2 END AS distance
FROM reviews
WHERE name = $wanted
    OR review_id = $wanted
    OR rtrim(regexp_replace(url, '^https?://|#.*$', '', 'g'), '/')
        = rtrim(regexp_replace($wanted, '^https?://|#.*$', '', 'g'), '/')
    OR (regexp_full_match(lower($wanted), '[0-9a-f]{4,8}') AND starts_with(id, lower($wanted)))
QUALIFY distance < 2 OR min(distance) OVER () = 2
ORDER BY distance, name
LIMIT 20;
