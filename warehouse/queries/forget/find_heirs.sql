-- Find who speaks instead of each unsent alert that goes and covers others that stay.
CREATE OR REPLACE TEMP TABLE heirs AS
SELECT carrier.alert_key AS carrier, arg_min(heir.alert_key, (heir.was_held, heir.not_before, heir.alert_key)) AS heir
FROM alerts AS carrier
SEMI JOIN forgotten_keys AS gone USING (source, review_id)
JOIN alerts AS heir ON heir.covered_by = carrier.alert_key AND heir.state = 'covered'
ANTI JOIN forgotten_keys AS others ON others.source = heir.source AND others.review_id = heir.review_id
WHERE carrier.sent_at IS NULL AND carrier.state <> 'failed'
GROUP BY carrier.alert_key;
