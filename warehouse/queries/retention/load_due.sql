-- Note the states that are to be emptied.
CREATE OR REPLACE TEMP TABLE due_states AS SELECT source, review_id, version FROM batch;
