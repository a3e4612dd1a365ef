-- Keep steps in the life of cases that are not known yet.
INSERT INTO case_events BY NAME
SELECT DISTINCT * FROM batch ANTI JOIN case_events USING (source, review_id, reopen_no, event, happened_at, actor);
