-- Cancel the alerts that were given up.
UPDATE alerts SET state = 'cancelled', reason = 'dropped after: ' || coalesce(reason, '?') WHERE state = 'failed';
