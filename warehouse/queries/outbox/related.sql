-- Return the latest cases of the noted reviews with all that a message says about them.
SELECT latest AS known_case, review, sighting.first_seen_at,
    greatest(coalesce(campaign.waiting, 0) - 1, 0) AS alike, coalesce(campaign.places, 0) AS alike_places,
    CASE WHEN word.model IS NOT NULL THEN word END AS prediction
FROM wanted_cases
LEFT JOIN latest_cases AS latest USING (source, review_id)
LEFT JOIN (SELECT * EXCLUDE (first_seen_at, last_seen_at) FROM reviews) AS review USING (source, review_id)
LEFT JOIN (SELECT source, review_id, first_seen_at FROM reviews) AS sighting USING (source, review_id)
LEFT JOIN latest_predictions AS word USING (source, review_id)
LEFT JOIN campaign_members AS member USING (source, review_id)
LEFT JOIN campaigns AS campaign USING (campaign_id)
WHERE latest.status IS NOT NULL AND review.text IS NOT NULL;
