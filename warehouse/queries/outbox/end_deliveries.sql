-- Record the outcome of the latest try of each alert.
UPDATE deliveries SET finished_at = $now, outcome = $outcome, error = $error
FROM (
    SELECT alert_key, max(attempt) AS attempt FROM deliveries
    WHERE alert_key IN (SELECT unnest($keys)) GROUP BY alert_key
) AS last
WHERE deliveries.alert_key = last.alert_key AND deliveries.attempt = last.attempt AND deliveries.finished_at IS NULL;
