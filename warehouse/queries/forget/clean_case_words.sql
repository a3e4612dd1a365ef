-- Erase words from the state of some cases.
UPDATE cases SET branch_question = batch.branch_question, branch_answer = batch.branch_answer, remedy = batch.remedy,
    steps = batch.steps
FROM batch
WHERE cases.source = batch.source AND cases.review_id = batch.review_id AND cases.reopen_no = batch.reopen_no;
