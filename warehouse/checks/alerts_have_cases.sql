-- Every alert is planned once, and one about a review has a case.
SELECT alert.alert_key, alert.source, alert.review_id, count(*) AS times
FROM alerts AS alert
LEFT JOIN cases AS known USING (source, review_id, reopen_no)
GROUP BY ALL HAVING times > 1 OR (alert.source <> 'otklik' AND bool_or(known.status IS NULL));
