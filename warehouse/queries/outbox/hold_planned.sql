-- Hold what is planned or was being sent.
UPDATE alerts SET state = 'held', owner = NULL WHERE state IN ('planned', 'sending');
