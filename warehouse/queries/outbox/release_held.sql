-- Let the held alerts go, with what they speak for; from now on they count as what is usual.
UPDATE alerts SET state = CASE state WHEN 'held' THEN 'planned' ELSE state END, was_held = false
WHERE state = 'held' OR (state = 'covered' AND was_held);
