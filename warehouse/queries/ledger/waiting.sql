-- Count the cases that wait, those past their SLA, and the alerts that are held.
SELECT
    (SELECT count(*) FROM case_queue),
    (SELECT count(*) FROM case_queue WHERE due_at < $now),
    (SELECT count(*) FROM alerts WHERE state = 'held');
