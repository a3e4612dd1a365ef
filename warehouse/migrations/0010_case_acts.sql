-- What people do with cases: every act once, and the state of a case that follows from it.

CREATE TABLE case_acts (
    act_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    review_id VARCHAR NOT NULL,
    reopen_no INTEGER NOT NULL,
    act VARCHAR NOT NULL,
    acted_at TIMESTAMPTZ NOT NULL,
    actor VARCHAR NOT NULL,
    args VARCHAR NOT NULL,
    outcome VARCHAR NOT NULL,
    reason VARCHAR
);
COMMENT ON TABLE case_acts IS 'Acts of people on cases, as the journal has them, and whether each took effect.';
COMMENT ON COLUMN case_acts.act_id IS 'Unique id of the act; its line in data/journal/case_events.jsonl has it, too.';
COMMENT ON COLUMN case_acts.source IS 'Name of the spider or importer, which is the name of the site.';
COMMENT ON COLUMN case_acts.review_id IS 'The source''s own id of the review, or a hash where it has no stable one.';
COMMENT ON COLUMN case_acts.reopen_no IS 'The reopening that the person looked at.';
COMMENT ON COLUMN case_acts.act IS 'acknowledge, assign, ask_branch, answer_branch, snooze, wake, dispute, dismiss, claim, resolve, note, reopen or step.';
COMMENT ON COLUMN case_acts.acted_at IS 'When.';
COMMENT ON COLUMN case_acts.actor IS 'Who.';
COMMENT ON COLUMN case_acts.args IS 'What was said with it, as JSON.';
COMMENT ON COLUMN case_acts.outcome IS 'applied, or refused because of what had happened in between.';
COMMENT ON COLUMN case_acts.reason IS 'Why it was refused.';

ALTER TABLE cases ADD COLUMN acknowledged_at TIMESTAMPTZ;
ALTER TABLE cases ADD COLUMN snoozed_at TIMESTAMPTZ;
ALTER TABLE cases ADD COLUMN disputed_at TIMESTAMPTZ;
ALTER TABLE cases ADD COLUMN claimed_at TIMESTAMPTZ;
ALTER TABLE cases ADD COLUMN reopened_by VARCHAR;
ALTER TABLE cases ADD COLUMN branch_person VARCHAR;
ALTER TABLE cases ADD COLUMN branch_question VARCHAR;
ALTER TABLE cases ADD COLUMN branch_asked_at TIMESTAMPTZ;
ALTER TABLE cases ADD COLUMN branch_due_at TIMESTAMPTZ;
ALTER TABLE cases ADD COLUMN branch_answer VARCHAR;
ALTER TABLE cases ADD COLUMN branch_answered_at TIMESTAMPTZ;
ALTER TABLE cases ADD COLUMN steps STRUCT(step VARCHAR, done_at TIMESTAMPTZ, done_by VARCHAR, words VARCHAR)[];
ALTER TABLE cases ADD COLUMN remedy_amount DOUBLE;
UPDATE cases SET steps = [];
COMMENT ON COLUMN cases.status IS 'open, acknowledged, waiting_for_branch, disputed, claimed, answered, resolved, dismissed or reply_not_visible.';
COMMENT ON COLUMN cases.acknowledged_at IS 'When a person last took it up.';
COMMENT ON COLUMN cases.snoozed_at IS 'When it was snoozed.';
COMMENT ON COLUMN cases.snoozed_until IS 'Nothing is sent before this; in the past where the snooze is over.';
COMMENT ON COLUMN cases.disputed_at IS 'When the review was disputed with its site.';
COMMENT ON COLUMN cases.claimed_at IS 'When a person said that it is answered on the site.';
COMMENT ON COLUMN cases.reopened_by IS 'The person who opened it again; NULL where a fact did.';
COMMENT ON COLUMN cases.branch_person IS 'Who of the branch was asked what happened.';
COMMENT ON COLUMN cases.branch_question IS 'The question.';
COMMENT ON COLUMN cases.branch_asked_at IS 'When it was asked.';
COMMENT ON COLUMN cases.branch_due_at IS 'Until when an answer is expected.';
COMMENT ON COLUMN cases.branch_answer IS 'The answer.';
COMMENT ON COLUMN cases.branch_answered_at IS 'When it came.';
COMMENT ON COLUMN cases.steps IS 'What is done of investigate, solve, verify and courtesy: when, by whom, in which words.';
COMMENT ON COLUMN cases.remedy_amount IS 'What the remedy is worth, in the currency of the watchlist''s limits.';
