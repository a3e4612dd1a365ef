-- Forget a stage's earlier counts, before the new ones are noted.
DELETE FROM run_stages WHERE run_id = $run_id AND stage = $stage;
