-- Add marks that are not known yet.
INSERT INTO new_gone_marks BY NAME
SELECT * FROM batch ANTI JOIN gone_marks USING (run_id, source, listing_id, attempt, review_id);
