-- Return what people wrote into the history of cases.
SELECT source, review_id, reopen_no, event, happened_at, actor, reason FROM case_events WHERE actor <> 'otklik';
