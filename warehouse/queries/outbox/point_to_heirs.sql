-- Let what the former carriers covered point to the heirs.
UPDATE alerts SET covered_by = heirs.heir
FROM heirs WHERE alerts.covered_by = heirs.carrier AND alerts.state = 'covered';
