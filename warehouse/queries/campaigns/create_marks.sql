-- Gather what ties each complaint with a case and each five-star review without one to others.
CREATE OR REPLACE TEMP TABLE campaign_marks AS
WITH owners AS (
    SELECT listing_id, any_value(company_id) AS company_id, any_value(place_id) AS place_id
    FROM listings WHERE company_id IS NOT NULL GROUP BY listing_id
),
authors AS (
    SELECT source, author_key, count(*) AS reviews FROM reviews WHERE author_key IS NOT NULL GROUP BY source, author_key
),
handled AS (SELECT DISTINCT source, review_id FROM cases)
SELECT review.source, review.review_id, handled.source IS NULL AS is_praise, review.listing_id,
    coalesce(owner.company_id, review.listing_id) AS company,
    coalesce(owner.place_id, owner.company_id, review.listing_id) AS place,
    review.rating, review.author_key, coalesce(author.reviews, 0) AS authors_reviews, review.syndicated_from,
    coalesce(review.posted_at, review.first_seen_at) AS moment, head.is_baseline,
    sketch.words, sketch.words_hash, sketch.bands,
    CASE WHEN handled.source IS NULL THEN 'praise ' || review.listing_id ELSE 'complaints ' || company END
        || ' ' || sketch.words_hash AS scope
FROM reviews AS review
JOIN review_heads AS head USING (source, review_id)
JOIN review_sketches AS sketch USING (source, review_id)
LEFT JOIN owners AS owner USING (listing_id)
LEFT JOIN authors AS author ON author.source = review.source AND author.author_key = review.author_key
LEFT JOIN handled ON handled.source = review.source AND handled.review_id = review.review_id
WHERE head.gone_at IS NULL AND (handled.source IS NOT NULL OR review.rating >= $praise);
