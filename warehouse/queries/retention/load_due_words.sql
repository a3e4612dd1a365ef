-- Note the reviews whose cases lose what people wrote about them.
CREATE OR REPLACE TEMP TABLE due_words AS SELECT source, review_id FROM batch;
