-- Return what was said with acts.
SELECT act_id, args FROM case_acts WHERE args <> '{}';
