-- Empty what cases quote of the replies that are due.
UPDATE cases SET reply_quotes = NULL
FROM (SELECT DISTINCT source, review_id FROM due_states) AS due
WHERE cases.source = due.source AND cases.review_id = due.review_id AND cases.reply_quotes IS NOT NULL;
