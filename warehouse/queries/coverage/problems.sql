-- Return what was wrong with the readings of a run.
SELECT * FROM coverage_problems WHERE run_id = $run_id ORDER BY source, listing_id, rule, message;
