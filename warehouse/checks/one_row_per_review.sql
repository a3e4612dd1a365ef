-- Every review stands once in the tables of reviews and of what is derived of them.
SELECT 'reviews' AS found_in, source, review_id, count(*) AS times FROM reviews GROUP BY ALL HAVING times > 1
UNION ALL
SELECT 'review_heads', source, review_id, count(*) AS times FROM review_heads GROUP BY ALL HAVING times > 1;
