-- Every try to deliver belongs to an alert and has its own number.
SELECT try.alert_key, try.attempt, count(*) AS times
FROM deliveries AS try LEFT JOIN alerts AS alert USING (alert_key)
GROUP BY ALL HAVING times > 1 OR bool_or(alert.state IS NULL);
