-- Return what people did with cases and took effect, oldest first.
SELECT act_id, acted_at AS at, actor AS by, source, review_id, reopen_no, act, args
FROM case_acts WHERE outcome = 'applied' ORDER BY acted_at, act_id;
