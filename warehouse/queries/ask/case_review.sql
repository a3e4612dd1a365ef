-- The review of one case, with what the model says of it.
-- source = : the site
-- review_id = : the review
SELECT
    review.listing_id, round(1 + 4 * review.rating)::INTEGER AS stars, review.title, review.text, review.url,
    review.posted_at, review.edited_at, review.first_seen_at, review.last_seen_at,
    review.reply_state, review.reply_text, review.reply_at,
    array_to_string(kase.reply_quotes, ' … ') AS reply_quotes,
    round(prediction.p_negative, 3) AS p_negative, prediction.label, prediction.language, prediction.model,
    decision.opened AS is_complaint, decision.reason AS decided_because, decision.decided_at
FROM reviews AS review
LEFT JOIN latest_predictions AS prediction USING (source, review_id)
LEFT JOIN (
    SELECT source, review_id, max_by(opened, decided_at) AS opened, max_by(reason, decided_at) AS reason,
        max(decided_at) AS decided_at
    FROM case_decisions
    GROUP BY source, review_id
) AS decision USING (source, review_id)
LEFT JOIN latest_cases AS kase USING (source, review_id)
WHERE review.source = $source AND review.review_id = $review_id;
