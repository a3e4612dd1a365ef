-- A severe case has a clock of its own, which runs from the moment that it became severe.

ALTER TABLE cases ADD COLUMN severe_at TIMESTAMPTZ;
UPDATE cases SET severe_at = opened_at WHERE severity = 'severe';
COMMENT ON COLUMN cases.severe_at IS 'When it became severe, at its opening or by a later edit; NULL for ordinary ones.';
