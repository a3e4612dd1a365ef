-- Empty the words of the reviews whose present state is emptied.
UPDATE reviews AS review SET title = NULL, text = '', reply_text = NULL
FROM review_heads AS head
WHERE head.source = review.source AND head.review_id = review.review_id
    AND EXISTS (
        FROM due_states AS due
        WHERE due.source = head.source AND due.review_id = head.review_id AND due.version = head.version
    );
