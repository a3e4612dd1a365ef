-- Make the tables for the coverage of this ingest and for the reviews that it says are gone.
CREATE OR REPLACE TEMP TABLE new_coverage AS SELECT * EXCLUDE (new, edited, unchanged) FROM coverage LIMIT 0;
