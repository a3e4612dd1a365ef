-- Every event belongs to a review, and every review was seen for the first time exactly once.
SELECT coalesce(review.source, told.source), coalesce(review.review_id, told.review_id), told.times
FROM reviews AS review
FULL JOIN (
    SELECT source, review_id, count(*) FILTER (event = 'seen') AS times FROM review_events GROUP BY source, review_id
) AS told ON told.source = review.source AND told.review_id = review.review_id
WHERE review.review_id IS NULL OR told.times IS DISTINCT FROM 1;
