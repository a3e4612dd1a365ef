-- Return the keys planned for cases that are not finished, and for messages about no single case.
SELECT alert.alert_key
FROM alerts AS alert
LEFT JOIN latest_cases AS known USING (source, review_id)
WHERE alert.source = 'otklik' OR known.status NOT IN ('resolved', 'dismissed');
