-- Claim the alerts that are due.
UPDATE alerts SET state = 'sending', attempts = attempts + 1, owner = $owner, next_try_at = NULL
WHERE alert_key IN (SELECT alert_key FROM due);
