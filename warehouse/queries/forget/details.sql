-- Return the payloads of messages about no single case that name reviews.
SELECT alert_key, details FROM alerts WHERE details IS NOT NULL AND contains(details, '"reviews"');
