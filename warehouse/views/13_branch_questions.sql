-- What branches were asked about cases, until when, and what they answered.
CREATE OR REPLACE VIEW branch_questions AS
SELECT kase.source, kase.review_id, kase.reopen_no, kase.listing_id, listing.place_id, kase.status,
    kase.branch_person AS person, kase.branch_question AS question, kase.branch_asked_at AS asked_at,
    kase.branch_due_at AS due_at, kase.branch_answer AS answer, kase.branch_answered_at AS answered_at,
    round(date_diff('minute', kase.branch_asked_at, kase.branch_answered_at) / 60, 1) AS hours,
    coalesce(kase.branch_answered_at, (SELECT max(heartbeat_at) FROM runs), kase.branch_asked_at) > kase.branch_due_at
        AS is_late
FROM latest_cases AS kase
LEFT JOIN listings AS listing ON listing.source = kase.source AND listing.listing_id = kase.listing_id
WHERE kase.branch_asked_at IS NOT NULL
    AND (kase.branch_answered_at IS NOT NULL OR kase.status NOT IN ('answered', 'resolved', 'dismissed', 'claimed'))
ORDER BY due_at, kase.source, kase.review_id;
COMMENT ON VIEW branch_questions IS 'What branches were asked about cases, until when, and what they answered.';
COMMENT ON COLUMN branch_questions.source IS 'Name of the site.';
COMMENT ON COLUMN branch_questions.review_id IS 'The review.';
COMMENT ON COLUMN branch_questions.reopen_no IS 'How often the case had come back.';
COMMENT ON COLUMN branch_questions.listing_id IS 'The listing under which it was seen.';
COMMENT ON COLUMN branch_questions.place_id IS 'The place; NULL for the company as a whole.';
COMMENT ON COLUMN branch_questions.status IS 'Where the handling of the case stands.';
COMMENT ON COLUMN branch_questions.person IS 'Who was asked.';
COMMENT ON COLUMN branch_questions.question IS 'The question.';
COMMENT ON COLUMN branch_questions.asked_at IS 'When it was asked.';
COMMENT ON COLUMN branch_questions.due_at IS 'Until when an answer is expected.';
COMMENT ON COLUMN branch_questions.answer IS 'The answer; NULL where it did not come yet.';
COMMENT ON COLUMN branch_questions.answered_at IS 'When it came.';
COMMENT ON COLUMN branch_questions.hours IS 'Hours that it took.';
COMMENT ON COLUMN branch_questions.is_late IS 'It came, or is still missing, after the deadline; as of the last sign of life of any run.';
