-- Plan the alerts whose key was never planned.
INSERT INTO alerts BY NAME
FROM batch ANTI JOIN alerts USING (alert_key)
QUALIFY row_number() OVER (PARTITION BY alert_key ORDER BY not_before, planned_at) = 1;
