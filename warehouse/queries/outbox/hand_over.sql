-- Let the heirs speak, in the same way and with the same payload; what was planned in a surge, or for it, stays held.
UPDATE alerts SET
    state = CASE WHEN carrier.was_held OR alerts.was_held THEN 'held' ELSE 'planned' END,
    was_held = carrier.was_held OR alerts.was_held,
    covered_by = NULL, folded = carrier.folded, details = carrier.details
FROM heirs JOIN alerts AS carrier ON carrier.alert_key = heirs.carrier
WHERE alerts.alert_key = heirs.heir;
