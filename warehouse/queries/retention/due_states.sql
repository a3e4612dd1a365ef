-- Return the states that are due.
SELECT source, review_id, version FROM due_states ORDER BY ALL;
