-- Let the held alerts go.
UPDATE alerts SET state = 'planned' WHERE state = 'held';
