-- Return the claimed alerts with all that their messages say, but for what their campaigns count.
SELECT alert.*, due.was_sending AS possible_repeat,
    CASE WHEN latest.status IS NOT NULL THEN latest END AS known_case,
    CASE WHEN review.text IS NOT NULL THEN review END AS review,
    review.first_seen_at, member.campaign_id,
    CASE WHEN word.model IS NOT NULL THEN word END AS prediction
FROM alerts AS alert
JOIN due USING (alert_key)
LEFT JOIN latest_cases AS latest USING (source, review_id)
LEFT JOIN reviews AS review USING (source, review_id)
LEFT JOIN latest_predictions AS word USING (source, review_id)
LEFT JOIN campaign_members AS member USING (source, review_id)
ORDER BY alert.level DESC, alert.not_before, alert.alert_key;
