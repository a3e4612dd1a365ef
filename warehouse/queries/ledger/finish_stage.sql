-- Note that a stage of a run is done.
INSERT INTO run_stages (run_id, stage, finished_at, counts)
SELECT run_id, $stage, heartbeat_at, $counts FROM runs WHERE run_id = $run_id;
