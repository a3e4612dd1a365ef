-- Note that a run is alive.
UPDATE runs SET heartbeat_at = greatest(heartbeat_at, $now) WHERE run_id = $run_id;
