-- Questions to branches that are not answered, the longest overdue first.
SELECT * FROM branch_questions WHERE answered_at IS NULL ORDER BY due_at, source, review_id;
