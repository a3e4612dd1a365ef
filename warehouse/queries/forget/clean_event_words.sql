-- Erase the words of some steps in the history of cases.
UPDATE case_events SET reason = batch.reason
FROM batch
WHERE case_events.source = batch.source AND case_events.review_id = batch.review_id
    AND case_events.reopen_no = batch.reopen_no AND case_events.event = batch.event
    AND case_events.happened_at = batch.happened_at AND case_events.actor = batch.actor;
