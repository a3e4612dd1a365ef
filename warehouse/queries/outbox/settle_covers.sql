-- Let what is covered by a covered alert point to the one that is sent.
UPDATE alerts SET covered_by = carrier.covered_by
FROM alerts AS carrier
WHERE alerts.state = 'covered' AND carrier.alert_key = alerts.covered_by AND carrier.state = 'covered';
