-- Count the alerts that speak for themselves.
SELECT count(*) FILTER (state <> 'covered') FROM alerts;
