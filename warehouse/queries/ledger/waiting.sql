-- Count the cases that wait, those past their SLA, and the alerts that are held.
SELECT count(*), count(*) FILTER (due_at < $now), (SELECT count(*) FROM alerts WHERE state = 'held')
FROM latest_cases WHERE status IN ('open', 'acknowledged', 'waiting_for_branch', 'disputed');
