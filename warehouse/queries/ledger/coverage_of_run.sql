-- Return what each attempt of a run expected and got.
SELECT * FROM coverage WHERE run_id = $run_id ORDER BY source, listing_id, attempt;
