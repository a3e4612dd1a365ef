-- What was asked of the branch about one case, what it answered, and what is done of the checklist.
-- source = : the site
-- review_id = : the review
SELECT branch_person, branch_question, branch_asked_at, branch_due_at, branch_answer, branch_answered_at,
    steps, root_cause, remedy, remedy_amount, verified_at
FROM latest_cases
WHERE source = $source AND review_id = $review_id;
