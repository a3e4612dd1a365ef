-- Note that a try begins.
INSERT INTO deliveries (alert_key, attempt, destination, claimed_at, owner, possible_repeat)
SELECT alert.alert_key, alert.attempts, alert.destination, $now, $owner, due.was_sending
FROM alerts AS alert JOIN due USING (alert_key);
