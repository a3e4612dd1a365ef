-- The reviews of a listing and what the model in use says of each, newest first.
-- listing = : only this listing
SELECT
    review.source, review.listing_id, review.review_id, review.title, review.text, review.rating, review.posted_at,
    prediction.p_negative, prediction.label, prediction.language, prediction.model
FROM reviews AS review
LEFT JOIN latest_predictions AS prediction USING (source, review_id)
WHERE $listing::VARCHAR IS NULL OR review.listing_id = $listing
ORDER BY review.posted_at DESC NULLS LAST, review.source, review.review_id;
