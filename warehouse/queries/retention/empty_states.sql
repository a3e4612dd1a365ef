-- Empty the words of the states that are due; their hashes stay.
UPDATE review_versions AS state SET title = NULL, text = '', reply_text = NULL, emptied_at = $now
FROM due_states AS due
WHERE state.source = due.source AND state.review_id = due.review_id AND state.version = due.version;
