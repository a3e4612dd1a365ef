-- Count the alerts that are held.
SELECT count(*) FROM alerts WHERE state = 'held';
