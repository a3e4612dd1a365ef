-- Who waits: cases that nobody has answered, severe ones first, then by risk and deadline.
CREATE OR REPLACE VIEW case_queue AS
SELECT known.* FROM (
    FROM cases QUALIFY row_number() OVER (PARTITION BY source, review_id ORDER BY reopen_no DESC) = 1
) AS known
WHERE known.status IN ('open', 'acknowledged', 'waiting_for_branch', 'disputed')
ORDER BY known.severity DESC, known.risk DESC, known.due_at, known.source, known.review_id;
COMMENT ON VIEW case_queue IS 'Who waits: cases that nobody has answered, severe ones first, then by risk and deadline.';
