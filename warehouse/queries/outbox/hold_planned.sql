-- Hold what is planned or was being sent.
UPDATE alerts SET state = 'held', was_held = true, owner = NULL WHERE state IN ('planned', 'sending');
