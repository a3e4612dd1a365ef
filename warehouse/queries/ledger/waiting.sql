-- Count the cases that wait, those past their SLA, alerts that are held or given up, and messages to be tried again.
SELECT queue.waiting, queue.overdue, outbox.held, outbox.retrying, outbox.next_try_at, outbox.dead
FROM (
    SELECT count(*) AS waiting, count(*) FILTER (due_at < $now) AS overdue
    FROM latest_cases WHERE status IN ('open', 'acknowledged', 'waiting_for_branch', 'disputed')
) AS queue
CROSS JOIN (
    SELECT count(*) FILTER (state = 'held') AS held,
        count(DISTINCT CASE WHEN folded THEN 'folded ' || destination ELSE alert_key END)
            FILTER (state = 'planned' AND next_try_at > $now) AS retrying,
        min(next_try_at) FILTER (state = 'planned' AND next_try_at > $now) AS next_try_at,
        count(*) FILTER (state = 'failed') AS dead
    FROM alerts
) AS outbox;
