-- All cases with the sentence that hurts: those that wait first, the longest overdue on top, the doubtful ones below.
SELECT
    kase.source || '/' || kase.review_id AS "case",
    kase.source, kase.review_id, kase.reopen_no, kase.listing_id, kase.status, kase.needs_check, kase.is_baseline,
    kase.severity, round(kase.risk, 2) AS risk, round(1 + 4 * review.rating)::INTEGER AS stars,
    review.posted_at, kase.opened_at, kase.due_at, kase.answered_at, kase.close_reason, kase.reply_quality,
    kase.status IN ('open', 'acknowledged', 'waiting_for_branch', 'disputed') AS waiting,
    waiting AND kase.needs_check AS doubtful,
    kase.status || CASE WHEN doubtful THEN ', please check' ELSE '' END AS standing,
    left(CASE
        WHEN len(prediction.evidence) > 0 THEN substring(
            review.text, prediction.evidence[1].start_char + 1,
            prediction.evidence[1].end_char - prediction.evidence[1].start_char
        )
        ELSE coalesce(nullif(review.text, ''), review.title)
    END, 200) AS hurts,
    review.url
FROM latest_cases AS kase
LEFT JOIN reviews AS review USING (source, review_id)
LEFT JOIN latest_predictions AS prediction USING (source, review_id)
ORDER BY waiting DESC, doubtful, kase.severity DESC, kase.due_at, kase.risk DESC, kase.source, kase.review_id;
