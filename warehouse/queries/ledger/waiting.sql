-- Count the cases that wait, those past their SLA, alerts that are held, and messages that wait for another try.
SELECT queue.waiting, queue.overdue, outbox.held, outbox.retrying, outbox.next_try_at
FROM (
    SELECT count(*) AS waiting, count(*) FILTER (due_at < $now) AS overdue
    FROM latest_cases WHERE status IN ('open', 'acknowledged', 'waiting_for_branch', 'disputed')
) AS queue
CROSS JOIN (
    SELECT count(*) FILTER (state = 'held') AS held,
        count(DISTINCT CASE WHEN folded THEN 'folded ' || destination ELSE alert_key END)
            FILTER (state = 'planned' AND next_try_at > $now) AS retrying,
        min(next_try_at) FILTER (state = 'planned' AND next_try_at > $now) AS next_try_at
    FROM alerts
) AS outbox;
