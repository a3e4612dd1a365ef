-- Every review that says how content its customer is, by its words or else its stars, with what it is about.
CREATE OR REPLACE VIEW judged_reviews AS
SELECT review.source, review.review_id, review.listing_id, coalesce(listing.company_id, review.listing_id) AS network,
    coalesce(listing.place_id, review.listing_id) AS place, coalesce(review.posted_at, review.first_seen_at) AS said_at,
    review.rating, word.label,
    coalesce(word.label = 'negative', false) OR coalesce(review.rating <= 0.25, false) AS is_complaint,
    NOT is_complaint AND coalesce(word.label = 'positive', review.rating >= 0.75) AS is_satisfied,
    coalesce(list_transform(list_filter(word.aspects, lambda one: one.p >= 0.5), lambda one: one.name), []) AS aspects
FROM reviews AS review
LEFT JOIN latest_predictions AS word ON word.source = review.source AND word.review_id = review.review_id
LEFT JOIN listings AS listing ON listing.source = review.source AND listing.listing_id = review.listing_id
WHERE word.label IS NOT NULL OR review.rating IS NOT NULL;
COMMENT ON VIEW judged_reviews IS 'Every review that says how content its customer is, by its words or else its stars, with what it is about.';
COMMENT ON COLUMN judged_reviews.source IS 'Name of the site.';
COMMENT ON COLUMN judged_reviews.review_id IS 'The review: the customer''s own words behind every aggregate of these views.';
COMMENT ON COLUMN judged_reviews.listing_id IS 'The listing.';
COMMENT ON COLUMN judged_reviews.network IS 'The company; the listing itself where only an import knows it.';
COMMENT ON COLUMN judged_reviews.place IS 'The place; the listing where it has none.';
COMMENT ON COLUMN judged_reviews.said_at IS 'When it was posted, or first seen where the source gives no date.';
COMMENT ON COLUMN judged_reviews.rating IS '0 is one star of five, 1 is five.';
COMMENT ON COLUMN judged_reviews.label IS 'What the model says of the text.';
COMMENT ON COLUMN judged_reviews.is_complaint IS 'Judged negative, or at most two stars of five.';
COMMENT ON COLUMN judged_reviews.is_satisfied IS 'No complaint, and judged positive, or at least four stars where nothing is judged.';
COMMENT ON COLUMN judged_reviews.aspects IS 'What it speaks about with a probability of at least one half.';
