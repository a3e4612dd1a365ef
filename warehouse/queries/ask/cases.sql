-- Which cases wait, severe ones first, then by risk and deadline.
-- person = : only cases of listings that this person answers
-- limit = 50: rows at most
SELECT source, review_id, listing_id, place, severity, round(risk, 2) AS risk, status, hours_waiting, due_at, opened_at,
    snoozed_until, assignee, responsible, rating, left(worst_sentence, 200) AS worst_sentence, left(text, 200) AS text, url
FROM case_queue
WHERE $person::VARCHAR IS NULL OR responsible = $person
ORDER BY severity DESC, risk DESC, due_at, source, review_id
LIMIT $limit::BIGINT;
