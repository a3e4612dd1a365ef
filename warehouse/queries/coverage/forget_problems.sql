-- Forget what was found about the readings of a run, to find it anew.
DELETE FROM coverage_problems WHERE run_id = $run_id;
