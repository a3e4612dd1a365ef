-- Find the reviews that ever had this author.
SELECT DISTINCT source, review_id FROM review_versions WHERE source = $source AND author_key = $author_key ORDER BY ALL;
