-- Forget how far the files of the noted runs were read.
DELETE FROM landing_files WHERE run_id IN (SELECT run_id FROM read_again);
