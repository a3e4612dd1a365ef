-- Cancel alerts whose case needs no more words: it is answered, resolved, dismissed or came back as a newer case.
UPDATE alerts SET state = 'cancelled', reason = closed.reason
FROM (
    SELECT alert.alert_key,
        CASE
            WHEN latest.reopen_no > alert.reopen_no THEN 'the case was opened again'
            WHEN alert.rule IN ('branch_question', 'branch_overdue') AND latest.branch_answered_at IS NOT NULL
                THEN 'the branch answered'
            WHEN alert.rule = 'unacknowledged' AND latest.status NOT IN ('answered', 'resolved', 'dismissed', 'claimed')
                THEN 'somebody took the case up'
            ELSE 'the case is ' || latest.status
        END AS reason
    FROM alerts AS alert
    JOIN latest_cases AS latest USING (source, review_id)
    WHERE alert.state IN ('planned', 'held', 'sending', 'covered')
        AND (
            latest.reopen_no > alert.reopen_no
            OR latest.status IN ('resolved', 'dismissed', 'claimed')
            OR (alert.rule IN ('branch_question', 'branch_overdue') AND latest.branch_answered_at IS NOT NULL)
            OR (alert.rule = 'unacknowledged'
                AND latest.acknowledged_at >= coalesce(latest.severe_at, latest.opened_at))
            OR (latest.status = 'answered' AND (alert.rule <> 'discloses' OR latest.reply_quality <> 'discloses'))
        )
) AS closed
WHERE alerts.alert_key = closed.alert_key;
