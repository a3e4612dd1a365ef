-- Return whether a run is a pulse.
SELECT kind = 'pulse' FROM runs WHERE run_id = $run_id;
