-- Find the alerts of the first messages that are due: left claimed by a dead process, or at their time.
CREATE OR REPLACE TEMP TABLE due AS
SELECT alert_key, was_sending
FROM (
    SELECT alert.alert_key,
        EXISTS (
            FROM deliveries AS try
            WHERE try.alert_key = alert.alert_key AND (try.finished_at IS NULL OR try.error LIKE 'perhaps sent; %')
        ) AS was_sending,
        dense_rank() OVER (ORDER BY grouped.first_at, grouped.message) AS number
    FROM alerts AS alert
    JOIN (
        SELECT alert_key, message, min(not_before) OVER (PARTITION BY message) AS first_at
        FROM (
            SELECT alert.alert_key, alert.not_before,
                CASE WHEN alert.folded THEN 'folded ' || alert.destination ELSE alert.alert_key END AS message
            FROM alerts AS alert
            LEFT JOIN cases AS known USING (source, review_id, reopen_no)
            WHERE alert.state IN ('planned', 'sending')
                AND alert.not_before <= $now
                AND NOT list_contains($asleep::VARCHAR[], alert.destination)
                AND (alert.next_try_at IS NULL OR alert.next_try_at <= $now)
                AND (known.snoozed_until IS NULL OR known.snoozed_until <= $now)
        )
    ) AS grouped USING (alert_key)
)
WHERE number <= $limit;
