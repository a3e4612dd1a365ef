-- Every alert with what became of it, newest first.
CREATE OR REPLACE VIEW alert_log AS
SELECT alert.planned_at, alert.not_before, alert.sent_at, alert.state, alert.attempts, alert.reason, alert.rule, alert.level,
    alert.destination, person.name AS person, alert.source, alert.review_id, alert.reopen_no, review.listing_id, alert.folded,
    coalesce(tries.possible_repeats, 0) AS possible_repeats, alert.alert_key
FROM alerts AS alert
LEFT JOIN people AS person ON person.person_id = alert.destination
LEFT JOIN reviews AS review ON review.source = alert.source AND review.review_id = alert.review_id
LEFT JOIN (
    SELECT alert_key, count(*) FILTER (possible_repeat) AS possible_repeats FROM deliveries GROUP BY alert_key
) AS tries ON tries.alert_key = alert.alert_key
ORDER BY alert.planned_at DESC, alert.alert_key;
COMMENT ON VIEW alert_log IS 'Every alert with what became of it, newest first.';
COMMENT ON COLUMN alert_log.planned_at IS 'When it was planned.';
COMMENT ON COLUMN alert_log.not_before IS 'First minute at which it might be sent.';
COMMENT ON COLUMN alert_log.sent_at IS 'When the channel took it.';
COMMENT ON COLUMN alert_log.state IS 'planned, held, sending, sent, failed or cancelled.';
COMMENT ON COLUMN alert_log.attempts IS 'Tries.';
COMMENT ON COLUMN alert_log.reason IS 'Why it was cancelled, or the last error.';
COMMENT ON COLUMN alert_log.rule IS 'The rule that asked for it.';
COMMENT ON COLUMN alert_log.level IS '0 digest, 1 near-miss, 2 late, 3 escalation.';
COMMENT ON COLUMN alert_log.destination IS 'Person of the watchlist.';
COMMENT ON COLUMN alert_log.person IS 'Their name.';
COMMENT ON COLUMN alert_log.source IS 'Source of the review.';
COMMENT ON COLUMN alert_log.review_id IS 'The review.';
COMMENT ON COLUMN alert_log.reopen_no IS 'How often the case had come back.';
COMMENT ON COLUMN alert_log.listing_id IS 'The listing.';
COMMENT ON COLUMN alert_log.folded IS 'Sent with others in one message.';
COMMENT ON COLUMN alert_log.possible_repeats IS 'Tries after one whose outcome is unknown.';
COMMENT ON COLUMN alert_log.alert_key IS 'Unique key.';
