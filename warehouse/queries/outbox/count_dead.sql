-- Count the alerts that were given up.
SELECT count(*) FROM alerts WHERE state = 'failed';
