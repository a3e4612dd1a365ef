-- Which alerts were held and never released, so that a surge which nobody approved raises no limit.

ALTER TABLE alerts ADD COLUMN was_held BOOLEAN DEFAULT false;
COMMENT ON COLUMN alerts.was_held IS 'Planned in a surge or held by hand, and not released since, whatever else became of it: it counts as no usual traffic.';
UPDATE alerts SET was_held = (state = 'held');
