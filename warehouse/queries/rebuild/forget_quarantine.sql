-- Forget what was set aside in the files of the noted runs.
DELETE FROM quarantine WHERE run_id IN (SELECT run_id FROM read_again);
