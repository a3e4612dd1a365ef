-- Return the nightly runs of one night, newest first.
SELECT run_id, finished_at, status FROM runs WHERE kind = 'nightly' AND night = $night ORDER BY started_at DESC, run_id DESC;
