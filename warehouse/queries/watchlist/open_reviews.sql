-- Return the reviews that are worth a second look: their case is open, or their reply was missing once.
SELECT review.listing_id, review.review_id, review.posted_at, review.url
FROM reviews AS review
JOIN review_heads AS head USING (source, review_id)
LEFT JOIN case_queue AS waiting USING (source, review_id)
WHERE review.listing_id IN (SELECT unnest($ids))
    AND head.gone_at IS NULL
    AND (waiting.status IS NOT NULL OR NOT head.settled)
ORDER BY review.listing_id, review.posted_at DESC NULLS LAST, review.review_id;
