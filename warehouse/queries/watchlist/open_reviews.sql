-- Return the reviews that are worth a second look: their case is open, or their reply was missing once.
SELECT review.listing_id, review.review_id, review.posted_at, review.url
FROM reviews AS review
JOIN review_heads AS head USING (source, review_id)
LEFT JOIN latest_cases AS known USING (source, review_id)
WHERE review.listing_id IN (SELECT unnest($ids))
    AND head.gone_at IS NULL
    AND (
        known.status IN ('open', 'acknowledged', 'waiting_for_branch', 'disputed', 'claimed') OR NOT head.settled
    )
ORDER BY review.listing_id, review.posted_at DESC NULLS LAST, review.review_id;
