-- What is done away from the site for cases that a person works on: one row a case and step.
CREATE OR REPLACE VIEW case_checklist AS
SELECT kase.source, kase.review_id, kase.reopen_no, kase.listing_id, kase.status, step.name AS step,
    done.done_at IS NOT NULL AS is_done, done.done_at, done.done_by, done.words
FROM latest_cases AS kase
CROSS JOIN (
    SELECT unnest(['investigate', 'solve', 'verify', 'courtesy']) AS name, unnest([1, 2, 3, 4]) AS position
) AS step
LEFT JOIN (
    SELECT source, review_id, reopen_no, unnest(steps, recursive := true) FROM latest_cases
) AS done ON done.source = kase.source AND done.review_id = kase.review_id AND done.reopen_no = kase.reopen_no
    AND done.step = step.name
WHERE kase.status <> 'dismissed' AND (kase.acknowledged_at IS NOT NULL OR len(kase.steps) > 0)
ORDER BY kase.source, kase.review_id, step.position;
COMMENT ON VIEW case_checklist IS 'What is done away from the site for cases that a person works on: one row a case and step.';
COMMENT ON COLUMN case_checklist.source IS 'Name of the site.';
COMMENT ON COLUMN case_checklist.review_id IS 'The review.';
COMMENT ON COLUMN case_checklist.reopen_no IS 'How often the case had come back.';
COMMENT ON COLUMN case_checklist.listing_id IS 'The listing under which it was seen.';
COMMENT ON COLUMN case_checklist.status IS 'Where the handling of the case stands.';
COMMENT ON COLUMN case_checklist.step IS 'investigate, solve, verify or courtesy.';
COMMENT ON COLUMN case_checklist.is_done IS 'Whether it is done.';
COMMENT ON COLUMN case_checklist.done_at IS 'When.';
COMMENT ON COLUMN case_checklist.done_by IS 'Who did it.';
COMMENT ON COLUMN case_checklist.words IS 'What was said about it.';
