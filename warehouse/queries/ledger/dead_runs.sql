-- Return the runs that ended without a word: their lease is past, or they died and none of their kind was finished since.
SELECT run_id, kind, heartbeat_at FROM runs AS run
WHERE status = 'running' AND heartbeat_at < $oldest
    OR status = 'died' AND NOT EXISTS (
        FROM runs AS later WHERE later.kind = run.kind AND later.finished_at > run.heartbeat_at
    )
ORDER BY heartbeat_at, run_id;
