-- Every attempt at a listing has one row of coverage, and every run one row.
SELECT run_id, source, listing_id, attempt, count(*) AS times FROM coverage GROUP BY ALL HAVING times > 1
UNION ALL
SELECT run_id, NULL, NULL, NULL, count(*) AS times FROM runs GROUP BY ALL HAVING times > 1;
