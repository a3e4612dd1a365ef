-- Return what people wrote into the state of cases.
SELECT source, review_id, reopen_no, branch_question, branch_answer, remedy, steps FROM cases
WHERE branch_question IS NOT NULL OR branch_answer IS NOT NULL OR remedy IS NOT NULL OR len(steps) > 0;
