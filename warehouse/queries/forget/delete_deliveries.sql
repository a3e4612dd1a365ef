-- Erase the tries to deliver alerts that are no more.
DELETE FROM deliveries WHERE alert_key NOT IN (SELECT alert_key FROM alerts);
