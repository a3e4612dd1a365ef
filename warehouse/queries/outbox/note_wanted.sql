-- Note the reviews that claimed messages speak about.
CREATE OR REPLACE TEMP TABLE wanted_cases AS SELECT source, review_id FROM batch;
