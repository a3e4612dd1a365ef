-- The weighted reputation of each listing: newer reviews count more (half-life 90 days), a negative one ten times.
CREATE OR REPLACE VIEW reputation AS
WITH judged AS (
    SELECT review.source, review.listing_id, listing.place_id,
        CASE
            WHEN coalesce(word.label = 'negative', review.rating <= 0.25) THEN 0.0
            WHEN coalesce(word.label = 'positive', review.rating >= 0.75) THEN 1.0
            ELSE 0.5
        END AS value,
        CASE WHEN value = 0 THEN 10 ELSE 1 END
            * pow(0.5, greatest(date_diff('hour', coalesce(review.posted_at, review.first_seen_at), clock.now), 0) / 24 / 90)
            AS weight
    FROM reviews AS review
    CROSS JOIN (SELECT max(last_seen_at) AS now FROM reviews) AS clock
    LEFT JOIN latest_predictions AS word ON word.source = review.source AND word.review_id = review.review_id
    LEFT JOIN listings AS listing ON listing.source = review.source AND listing.listing_id = review.listing_id
    WHERE word.label IS NOT NULL OR review.rating IS NOT NULL
),
summed AS (
    SELECT source, listing_id, place_id, count(*) AS reviews,
        sum(weight * value) / sum(weight) AS score,
        pow(sum(weight), 2) / sum(pow(weight, 2)) AS effective,
        sum(weight * value * value) / sum(weight) - pow(sum(weight * value) / sum(weight), 2) AS variance
    FROM judged GROUP BY source, listing_id, place_id
)
SELECT source, listing_id, place_id, reviews, round(effective, 1) AS effective_reviews, round(score, 3) AS reputation,
    round(greatest(score - 1.96 * sqrt(greatest(variance, 0) / effective), 0), 3) AS low,
    round(least(score + 1.96 * sqrt(greatest(variance, 0) / effective), 1), 3) AS high,
    reviews < 20 AS is_grey
FROM summed
ORDER BY reputation, source, listing_id;
COMMENT ON VIEW reputation IS 'The weighted reputation of each listing: newer reviews count more (half-life 90 days), a negative one ten times.';
COMMENT ON COLUMN reputation.source IS 'Name of the site.';
COMMENT ON COLUMN reputation.listing_id IS 'The listing.';
COMMENT ON COLUMN reputation.place_id IS 'The place.';
COMMENT ON COLUMN reputation.reviews IS 'Reviews with a judgement or a rating.';
COMMENT ON COLUMN reputation.effective_reviews IS 'How many equally weighted reviews would say as much.';
COMMENT ON COLUMN reputation.reputation IS '0 to 1: weighted mean of negative 0, neutral 0.5, positive 1; judged by the text, else by stars.';
COMMENT ON COLUMN reputation.low IS 'Lower end of the 95 % interval (normal approximation over effective reviews).';
COMMENT ON COLUMN reputation.high IS 'Upper end.';
COMMENT ON COLUMN reputation.is_grey IS 'Fewer than 20 reviews: too few to speak of.';
