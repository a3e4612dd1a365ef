-- Which reviews say one thing in stars and another in words.
-- limit = 50: rows at most
SELECT kind, source, listing_id, review_id, rating, label, round(p_negative, 2) AS p_negative, left(text, 200) AS text, url
FROM mismatches ORDER BY p_negative DESC, source, review_id LIMIT $limit::BIGINT;
