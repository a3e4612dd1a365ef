-- Return the claimed alerts with all that their messages say, but for what their campaigns count.
WITH claimed AS (
    SELECT alerts.*, due.was_sending AS possible_repeat FROM alerts JOIN due USING (alert_key)
),
latest AS (
    FROM cases SEMI JOIN claimed USING (source, review_id)
    QUALIFY row_number() OVER (PARTITION BY source, review_id ORDER BY reopen_no DESC) = 1
),
word AS (
    FROM predictions SEMI JOIN claimed USING (source, review_id)
    SEMI JOIN review_heads USING (source, review_id, content_hash)
    QUALIFY row_number() OVER (PARTITION BY source, review_id ORDER BY scored_at DESC, model DESC) = 1
)
SELECT alert.*,
    CASE WHEN latest.status IS NOT NULL THEN latest END AS known_case,
    CASE WHEN review.text IS NOT NULL THEN review END AS review,
    review.first_seen_at, member.campaign_id,
    CASE WHEN word.model IS NOT NULL THEN word END AS prediction
FROM claimed AS alert
LEFT JOIN latest USING (source, review_id)
LEFT JOIN reviews AS review USING (source, review_id)
LEFT JOIN word USING (source, review_id)
LEFT JOIN campaign_members AS member USING (source, review_id)
ORDER BY alert.level DESC, alert.not_before, alert.alert_key;
