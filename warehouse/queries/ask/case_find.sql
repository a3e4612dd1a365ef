-- Which cases a name may mean: its short id or the start of it, SOURCE/REVIEW, the review's own id, or its address.
-- wanted = : the name
SELECT source || '/' || review_id AS "case", left(sha256(source || chr(31) || review_id), 8) AS id,
    source, review_id, reopen_no, status, review.url,
    CASE WHEN "case" = $wanted THEN 0 WHEN id = lower($wanted) THEN 1 ELSE 2 END AS distance
FROM latest_cases
LEFT JOIN reviews AS review USING (source, review_id)
WHERE "case" = $wanted
    OR review_id = $wanted
    OR rtrim(regexp_replace(review.url, '^https?://|#.*$', '', 'g'), '/')
        = rtrim(regexp_replace($wanted, '^https?://|#.*$', '', 'g'), '/')
    OR (regexp_full_match(lower($wanted), '[0-9a-f]{4,8}') AND starts_with(id, lower($wanted)))
ORDER BY distance, "case";
