-- A review becomes a case once for each reopening, belongs to a known review, and was decided about.
SELECT known.source, known.review_id, known.reopen_no, count(*) AS times
FROM cases AS known
LEFT JOIN reviews AS review USING (source, review_id)
GROUP BY ALL HAVING times > 1 OR bool_or(review.text IS NULL);
