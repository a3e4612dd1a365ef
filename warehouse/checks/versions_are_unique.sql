-- Every state of a review stands exactly once.
SELECT source, review_id, version, count(*) AS times FROM review_versions GROUP BY ALL HAVING times > 1;
