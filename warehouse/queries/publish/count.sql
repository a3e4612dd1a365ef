-- Count the publications that a run has begun.
SELECT count(*) FROM publications WHERE run_id = $run_id;
