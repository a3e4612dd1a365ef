-- Who waits, the most pressing first. A customer waits from posting, or from what brought the case back later,
-- as in the messages.
SELECT row_number() OVER (
        ORDER BY waiting.severity DESC, waiting.needs_check, waiting.risk DESC, waiting.due_at, waiting.source,
            waiting.review_id
    ) AS no,
    named.listing, waiting.source, waiting.review_id, waiting.rating, waiting.url, waiting.status,
    waiting.severity, waiting.needs_check, waiting.due_at, waiting.due_at < clock.as_of AS is_overdue,
    coalesce(waiting.snoozed_until > clock.as_of, false) AS is_snoozed,
    CASE WHEN waiting.opened_at > review.first_seen_at THEN waiting.opened_at
        ELSE coalesce(least(review.posted_at, review.first_seen_at), waiting.opened_at) END AS waits_since,
    round(greatest(date_diff('minute', waits_since, clock.as_of), 0) / 60, 1) AS hours,
    review.title, review.text, word.evidence[1].start_char AS start_char, word.evidence[1].end_char AS end_char
FROM case_queue AS waiting
JOIN named USING (source, listing_id)
CROSS JOIN clock
LEFT JOIN reviews AS review USING (source, review_id)
LEFT JOIN latest_predictions AS word USING (source, review_id)
ORDER BY no;
