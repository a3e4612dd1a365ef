-- How many reviews of each listing and month have a published reply, and how many complaints.
CREATE OR REPLACE VIEW reply_rate AS
SELECT review.source, review.listing_id, listing.place_id,
    date_trunc('month', coalesce(review.posted_at, review.first_seen_at)) AS month,
    count(*) AS reviews,
    count(*) FILTER (head.reply_seen_at IS NOT NULL) AS answered,
    round(answered / reviews, 3) AS share,
    count(*) FILTER (coalesce(word.label = 'negative', false) OR coalesce(review.rating <= 0.25, false)) AS complaints,
    count(*) FILTER (
        (coalesce(word.label = 'negative', false) OR coalesce(review.rating <= 0.25, false))
        AND head.reply_seen_at IS NOT NULL
    ) AS complaints_answered
FROM reviews AS review
JOIN review_heads AS head USING (source, review_id)
LEFT JOIN latest_predictions AS word ON word.source = review.source AND word.review_id = review.review_id
LEFT JOIN listings AS listing ON listing.source = review.source AND listing.listing_id = review.listing_id
WHERE head.reply_known_at IS NOT NULL
GROUP BY ALL
ORDER BY review.source, review.listing_id, month;
COMMENT ON VIEW reply_rate IS 'How many reviews of each listing and month have a published reply, and how many complaints.';
COMMENT ON COLUMN reply_rate.source IS 'Name of the site.';
COMMENT ON COLUMN reply_rate.listing_id IS 'The listing.';
COMMENT ON COLUMN reply_rate.place_id IS 'The place.';
COMMENT ON COLUMN reply_rate.month IS 'Month of posting.';
COMMENT ON COLUMN reply_rate.reviews IS 'Reviews on a source that shows replies.';
COMMENT ON COLUMN reply_rate.answered IS 'Those with a published reply.';
COMMENT ON COLUMN reply_rate.share IS 'answered / reviews.';
COMMENT ON COLUMN reply_rate.complaints IS 'Judged negative, or at most two stars of five.';
COMMENT ON COLUMN reply_rate.complaints_answered IS 'Complaints with a published reply.';
