-- Who waits, the most pressing first. A customer waits from posting, or from what brought the case back later,
-- as in the messages.
SELECT row_number() OVER (
        ORDER BY waiting.severity DESC, waiting.needs_check, waiting.risk DESC, waiting.due_at, waiting.source,
            waiting.review_id
    ) AS no,
    named.listing, waiting.source, waiting.review_id, waiting.rating, waiting.url, waiting.status,
    waiting.severity, waiting.needs_check, waiting.due_at, waiting.due_at < clock.as_of AS is_overdue,
    coalesce(waiting.snoozed_until > clock.as_of, false) AS is_snoozed, waiting.hours_waiting AS hours,
    waiting.title, waiting.text, instr(waiting.text, waiting.worst_sentence) - 1 AS start_char,
    start_char + length(waiting.worst_sentence) AS end_char
FROM case_queue AS waiting
JOIN named USING (source, listing_id)
CROSS JOIN clock
ORDER BY no;
