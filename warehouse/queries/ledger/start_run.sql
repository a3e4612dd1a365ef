-- Begin a run.
INSERT INTO runs (run_id, kind, night, started_at, heartbeat_at, status, starts)
VALUES ($run_id, $kind, $night, $now, $now, 'running', 1);
