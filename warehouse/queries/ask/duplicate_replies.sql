-- Which replies were given word for word again and again.
-- limit = 50: rows at most
SELECT source, listing_id, times, share, left(words, 200) AS words FROM duplicate_replies
ORDER BY times DESC, source, listing_id, words LIMIT $limit::BIGINT;
