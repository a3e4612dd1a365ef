-- Add coverage that is not known yet.
INSERT INTO new_coverage BY NAME SELECT * FROM batch ANTI JOIN coverage USING (run_id, source, listing_id, attempt);
