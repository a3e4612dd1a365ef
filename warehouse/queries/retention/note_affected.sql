-- Note the reviews whose events are to be told again, now without the words.
CREATE OR REPLACE TEMP TABLE affected AS SELECT DISTINCT source, review_id FROM due_states;
