-- Make the table for the reviews that the sources of this ingest say are gone.
CREATE OR REPLACE TEMP TABLE new_gone_marks AS SELECT * FROM gone_marks LIMIT 0;
