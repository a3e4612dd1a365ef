-- Note the reviews that are taken over as they were.
CREATE OR REPLACE TEMP TABLE emptied_reviews AS SELECT source, review_id FROM batch;
