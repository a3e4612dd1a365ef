-- Which runs there were, and how they ended.
-- limit = 20: rows at most
SELECT run_id, kind, night, started_at, finished_at, heartbeat_at, status, starts FROM runs
ORDER BY started_at DESC, run_id DESC LIMIT $limit::BIGINT;
