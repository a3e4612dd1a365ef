-- Find the reviews that ever had this address.
SELECT DISTINCT source, review_id FROM review_versions WHERE rtrim(url, '/') = rtrim($url, '/') ORDER BY ALL;
