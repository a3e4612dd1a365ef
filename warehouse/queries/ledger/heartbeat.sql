-- Note that a run is alive, also one that was taken for dead.
UPDATE runs SET heartbeat_at = greatest(heartbeat_at, $now), status = CASE status WHEN 'died' THEN 'running' ELSE status END
WHERE run_id = $run_id;
