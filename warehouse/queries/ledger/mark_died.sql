-- Mark the runs whose lease is past. One that was only slow takes it back with its next sign of life.
UPDATE runs SET status = 'died' WHERE status = 'running' AND heartbeat_at < $oldest AND run_id <> $run_id;
