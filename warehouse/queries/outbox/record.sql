-- Record what became of claimed alerts.
UPDATE alerts SET
    state = CASE $outcome WHEN 'retry' THEN 'planned' ELSE $outcome END,
    sent_at = CASE $outcome WHEN 'sent' THEN $now ELSE sent_at END,
    next_try_at = CASE $outcome WHEN 'retry' THEN $next_try_at END,
    reason = $error,
    owner = NULL
WHERE alert_key IN (SELECT unnest($keys)) AND state = 'sending';
