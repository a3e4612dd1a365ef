-- Note the reviews of the people who are erased.
CREATE OR REPLACE TEMP TABLE forgotten_keys AS SELECT DISTINCT source, review_id FROM batch;
