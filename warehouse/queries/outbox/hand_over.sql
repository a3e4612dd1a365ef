-- Let the heirs speak, in the same way and with the same payload.
UPDATE alerts SET
    state = CASE carrier.state WHEN 'held' THEN 'held' ELSE 'planned' END,
    covered_by = NULL, folded = carrier.folded, details = carrier.details
FROM heirs JOIN alerts AS carrier ON carrier.alert_key = heirs.carrier
WHERE alerts.alert_key = heirs.heir;
