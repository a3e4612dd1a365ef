-- Count the alerts.
SELECT count(*) FROM alerts;
