-- Return the claimed alerts with all that their messages say.
SELECT alert.*, due.was_sending AS possible_repeat,
    CASE WHEN latest.status IS NOT NULL THEN latest END AS known_case,
    CASE WHEN review.text IS NOT NULL THEN review END AS review,
    sighting.first_seen_at, greatest(coalesce(campaign.waiting, 0) - 1, 0) AS alike,
    coalesce(campaign.places, 0) AS alike_places,
    CASE WHEN word.model IS NOT NULL THEN word END AS prediction
FROM alerts AS alert
JOIN due USING (alert_key)
LEFT JOIN latest_cases AS latest USING (source, review_id)
LEFT JOIN (SELECT * EXCLUDE (first_seen_at, last_seen_at) FROM reviews) AS review USING (source, review_id)
LEFT JOIN (SELECT source, review_id, first_seen_at FROM reviews) AS sighting USING (source, review_id)
LEFT JOIN latest_predictions AS word USING (source, review_id)
LEFT JOIN campaign_members AS member ON member.source = alert.source AND member.review_id = alert.review_id
LEFT JOIN campaigns AS campaign USING (campaign_id)
ORDER BY alert.level DESC, alert.not_before, alert.alert_key;
