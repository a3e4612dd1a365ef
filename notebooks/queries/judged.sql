-- How often each number of stars met each probability of a complaint, in steps of 0.05.
SELECT round(1 + 4 * review.rating)::INTEGER AS stars, least(floor(word.p_negative * 20) / 20, 0.95) AS p_from,
    p_from + 0.05 AS p_to, coalesce(odd.kind, 'stars and words agree') AS kind, count(*) AS reviews
FROM reviews AS review
JOIN named USING (source, listing_id)
JOIN latest_predictions AS word USING (source, review_id)
LEFT JOIN mismatches AS odd USING (source, review_id)
WHERE review.rating IS NOT NULL
GROUP BY ALL
ORDER BY ALL;
