-- What a draft of a reply needs: what the review is about, and how people write and the firm answered on its listing.
-- source = : the site
-- review_id = : the review
SELECT
    review.listing_id, review.title, review.text, review.rating, review.reply_text,
    prediction.language, coalesce(prediction.severity, 'ordinary') AS severity,
    list_transform(list_reverse_sort(list_transform(
        prediction.aspects, lambda aspect: {'p': aspect.p, 'name': aspect.name}
    )), lambda aspect: aspect.name) AS aspects,
    CASE WHEN len(prediction.evidence) > 0 THEN substring(
        review.text, prediction.evidence[1].start_char + 1,
        prediction.evidence[1].end_char - prediction.evidence[1].start_char
    ) END AS hurts,
    (
        SELECT list(other.reply_text ORDER BY other.source, other.review_id)
        FROM reviews AS other
        WHERE other.listing_id = review.listing_id AND other.reply_text IS NOT NULL
            AND (other.source, other.review_id) != (review.source, review.review_id)
    ) AS replies,
    (
        SELECT mode(other.language)
        FROM latest_predictions AS other
        JOIN reviews AS beside USING (source, review_id)
        WHERE beside.listing_id = review.listing_id AND other.language IN ('ru', 'uk', 'en')
    ) AS usual_language,
    kase.branch_answer
FROM reviews AS review
LEFT JOIN latest_predictions AS prediction USING (source, review_id)
LEFT JOIN latest_cases AS kase USING (source, review_id)
WHERE review.source = $source AND review.review_id = $review_id;
