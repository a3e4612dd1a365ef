-- Which alerts were planned and what became of them, newest first.
-- person = : only alerts to this person
-- state = : only planned, held, sending, sent, failed or cancelled ones
-- limit = 50: rows at most
SELECT planned_at, not_before, sent_at, state, attempts, reason, rule, level, destination, source, review_id
FROM alert_log
WHERE ($person::VARCHAR IS NULL OR destination = $person) AND ($state::VARCHAR IS NULL OR state = $state)
ORDER BY planned_at DESC, alert_key
LIMIT $limit::BIGINT;
