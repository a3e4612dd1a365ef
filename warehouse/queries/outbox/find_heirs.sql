-- Find who speaks instead of each alert that covers others and will not be sent now: its case is closed or snoozed.
CREATE OR REPLACE TEMP TABLE heirs AS
SELECT carrier.alert_key AS carrier, arg_min(heir.alert_key, (heir.was_held, heir.not_before, heir.alert_key)) AS heir
FROM alerts AS carrier
LEFT JOIN cases AS known USING (source, review_id, reopen_no)
JOIN alerts AS heir ON heir.covered_by = carrier.alert_key AND heir.state = 'covered'
LEFT JOIN cases AS heirs_case ON heirs_case.source = heir.source AND heirs_case.review_id = heir.review_id
    AND heirs_case.reopen_no = heir.reopen_no
WHERE carrier.sent_at IS NULL
    AND (carrier.state = 'cancelled' OR (carrier.state IN ('planned', 'held') AND known.snoozed_until > $now))
    AND (heirs_case.snoozed_until IS NULL OR heirs_case.snoozed_until <= $now)
GROUP BY carrier.alert_key;
