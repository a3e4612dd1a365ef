-- Let the alerts that were given up be tried once more.
UPDATE alerts SET state = 'planned', next_try_at = NULL WHERE state = 'failed';
