-- Cancel alerts whose case needs no more words: it is answered, resolved, dismissed or came back as a newer case.
UPDATE alerts SET state = 'cancelled', reason = closed.reason
FROM (
    SELECT alert.alert_key,
        CASE
            WHEN latest.reopen_no > alert.reopen_no THEN 'the case was opened again'
            ELSE 'the case is ' || latest.status
        END AS reason
    FROM alerts AS alert
    JOIN latest_cases AS latest USING (source, review_id)
    WHERE alert.state IN ('planned', 'held', 'sending')
        AND (
            latest.reopen_no > alert.reopen_no
            OR latest.status IN ('resolved', 'dismissed')
            OR (latest.status = 'answered' AND (alert.rule <> 'discloses' OR latest.reply_quality <> 'discloses'))
        )
) AS closed
WHERE alerts.alert_key = closed.alert_key;
