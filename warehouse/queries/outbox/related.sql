-- Return the latest cases of the noted reviews with all that a message says about them, but for what campaigns count.
SELECT latest AS known_case, review, review.first_seen_at, member.campaign_id,
    CASE WHEN word.model IS NOT NULL THEN word END AS prediction
FROM wanted_cases
JOIN latest_cases AS latest USING (source, review_id)
JOIN reviews AS review USING (source, review_id)
LEFT JOIN latest_predictions AS word USING (source, review_id)
LEFT JOIN campaign_members AS member USING (source, review_id);
