-- Note that a publication is begun, so that its name is never used again.
INSERT INTO publications (name, run_id, begun_at)
SELECT $name, $run_id, coalesce((SELECT max(heartbeat_at) FROM runs WHERE run_id = $run_id), to_timestamp(0));
