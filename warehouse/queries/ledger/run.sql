-- Return one run.
SELECT kind, night, started_at, heartbeat_at, finished_at, status, starts, report FROM runs WHERE run_id = $run_id;
