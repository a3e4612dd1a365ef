-- A model says one thing of one content of a review, and its probabilities sum to 1.
SELECT source, review_id, content_hash, model, count(*) AS times FROM predictions
GROUP BY ALL HAVING times > 1 OR bool_or(abs(p_negative + p_neutral + p_positive - 1) > 0.01);
