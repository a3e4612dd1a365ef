-- Return the claimed alerts with all that their messages say.
SELECT alert.*, due.was_sending AS possible_repeat,
    CASE WHEN latest.status IS NOT NULL THEN latest END AS known_case,
    CASE WHEN review.text IS NOT NULL THEN review END AS review,
    sighting.first_seen_at,
    CASE WHEN word.model IS NOT NULL THEN word END AS prediction
FROM alerts AS alert
JOIN due USING (alert_key)
LEFT JOIN (
    FROM cases QUALIFY row_number() OVER (PARTITION BY source, review_id ORDER BY reopen_no DESC) = 1
) AS latest USING (source, review_id)
LEFT JOIN (SELECT * EXCLUDE (first_seen_at, last_seen_at) FROM reviews) AS review USING (source, review_id)
LEFT JOIN (SELECT source, review_id, first_seen_at FROM reviews) AS sighting USING (source, review_id)
LEFT JOIN (
    SELECT prediction.* FROM predictions AS prediction
    SEMI JOIN review_heads USING (source, review_id, content_hash)
    QUALIFY row_number() OVER (PARTITION BY source, review_id ORDER BY scored_at DESC, model DESC) = 1
) AS word USING (source, review_id)
ORDER BY alert.level DESC, alert.not_before, alert.alert_key;
