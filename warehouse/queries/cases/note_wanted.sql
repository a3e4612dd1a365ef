-- Note the reviews that are asked for.
CREATE OR REPLACE TEMP TABLE wanted_reviews AS SELECT DISTINCT source, review_id FROM batch;
