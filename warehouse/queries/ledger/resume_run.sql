-- Start a run again that was begun before; its own clock stays.
UPDATE runs SET heartbeat_at = greatest(heartbeat_at, $now), starts = starts + 1,
    status = CASE WHEN finished_at IS NULL THEN 'running' ELSE status END
WHERE run_id = $run_id;
