-- Return the stages that a run has finished.
SELECT stage, counts FROM run_stages WHERE run_id = $run_id;
