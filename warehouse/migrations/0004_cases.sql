-- Judging and handling: predictions, decisions, cases and who did what.

CREATE TABLE predictions (
    source VARCHAR NOT NULL,
    review_id VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    p_negative DOUBLE NOT NULL,
    p_neutral DOUBLE NOT NULL,
    p_positive DOUBLE NOT NULL,
    label VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    aspects STRUCT(name VARCHAR, p DOUBLE)[] NOT NULL,
    evidence STRUCT(start_char INTEGER, end_char INTEGER, p_negative DOUBLE)[] NOT NULL,
    severity VARCHAR NOT NULL,
    risk DOUBLE NOT NULL,
    model VARCHAR NOT NULL,
    scored_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE predictions IS 'What a model says of one content of one review.';
COMMENT ON COLUMN predictions.source IS 'Name of the spider or importer, which is the name of the site.';
COMMENT ON COLUMN predictions.review_id IS 'The source''s own id of the review, or a hash where it has no stable one.';
COMMENT ON COLUMN predictions.content_hash IS 'Hash of the judged title, text and rating.';
COMMENT ON COLUMN predictions.p_negative IS 'Calibrated probability that it is negative.';
COMMENT ON COLUMN predictions.p_neutral IS 'Probability of neutral.';
COMMENT ON COLUMN predictions.p_positive IS 'Probability of positive.';
COMMENT ON COLUMN predictions.label IS 'The class with the lowest expected cost: negative, neutral or positive.';
COMMENT ON COLUMN predictions.language IS 'Detected language, ISO 639-1, or und.';
COMMENT ON COLUMN predictions.aspects IS 'Aspects that it speaks about, with probabilities.';
COMMENT ON COLUMN predictions.evidence IS 'Sentences as offsets into text, worst first.';
COMMENT ON COLUMN predictions.severity IS 'ordinary or severe.';
COMMENT ON COLUMN predictions.risk IS 'p_negative times the weight of the worst aspect.';
COMMENT ON COLUMN predictions.model IS 'name@revision.';
COMMENT ON COLUMN predictions.scored_at IS 'When it was judged.';

CREATE TABLE model_runs (
    model VARCHAR NOT NULL,
    finished_at TIMESTAMPTZ NOT NULL,
    judged BIGINT NOT NULL,
    stored BIGINT NOT NULL
);
COMMENT ON TABLE model_runs IS 'How much each model judged.';
COMMENT ON COLUMN model_runs.model IS 'name@revision.';
COMMENT ON COLUMN model_runs.finished_at IS 'When a batch was stored.';
COMMENT ON COLUMN model_runs.judged IS 'Contents that ran through the model.';
COMMENT ON COLUMN model_runs.stored IS 'Predictions stored: one for each review with one of these contents.';

CREATE TABLE case_decisions (
    source VARCHAR NOT NULL,
    review_id VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    opened BOOLEAN NOT NULL,
    reason VARCHAR NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE case_decisions IS 'Whether a content is a complaint, decided once: no later model decides it again.';
COMMENT ON COLUMN case_decisions.source IS 'Name of the spider or importer, which is the name of the site.';
COMMENT ON COLUMN case_decisions.review_id IS 'The source''s own id of the review, or a hash where it has no stable one.';
COMMENT ON COLUMN case_decisions.content_hash IS 'The content that was decided.';
COMMENT ON COLUMN case_decisions.opened IS 'True where it is a complaint.';
COMMENT ON COLUMN case_decisions.reason IS 'Why, in one word.';
COMMENT ON COLUMN case_decisions.decided_at IS 'When.';

CREATE TABLE cases (
    source VARCHAR NOT NULL,
    review_id VARCHAR NOT NULL,
    reopen_no INTEGER NOT NULL,
    listing_id VARCHAR NOT NULL,
    opened_at TIMESTAMPTZ NOT NULL,
    is_baseline BOOLEAN NOT NULL,
    needs_check BOOLEAN NOT NULL,
    severity VARCHAR NOT NULL,
    risk DOUBLE NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    status VARCHAR NOT NULL,
    assignee VARCHAR,
    snoozed_until TIMESTAMPTZ,
    reply_quality VARCHAR,
    root_cause VARCHAR,
    remedy VARCHAR,
    answered_at TIMESTAMPTZ,
    resolved_at TIMESTAMPTZ,
    verified_at TIMESTAMPTZ,
    close_reason VARCHAR,
    dismiss_reason VARCHAR
);
COMMENT ON TABLE cases IS 'Complaints being handled; one row for each time that a review became a case.';
COMMENT ON COLUMN cases.source IS 'Name of the spider or importer, which is the name of the site.';
COMMENT ON COLUMN cases.review_id IS 'The source''s own id of the review, or a hash where it has no stable one.';
COMMENT ON COLUMN cases.reopen_no IS 'How often it had come back.';
COMMENT ON COLUMN cases.listing_id IS 'The listing under which it was seen.';
COMMENT ON COLUMN cases.opened_at IS 'When it opened.';
COMMENT ON COLUMN cases.is_baseline IS 'History at the first run of the listing: listed, never alerted one by one.';
COMMENT ON COLUMN cases.needs_check IS 'Not sure enough for an alert: goes to the digest as please check.';
COMMENT ON COLUMN cases.severity IS 'ordinary or severe.';
COMMENT ON COLUMN cases.risk IS 'What sorts the queue inside one severity.';
COMMENT ON COLUMN cases.due_at IS 'End of its SLA.';
COMMENT ON COLUMN cases.status IS 'open, acknowledged, waiting_for_branch, disputed, answered, resolved, dismissed or reply_not_visible.';
COMMENT ON COLUMN cases.assignee IS 'Who works on it.';
COMMENT ON COLUMN cases.snoozed_until IS 'Nothing is sent before this.';
COMMENT ON COLUMN cases.reply_quality IS 'What the check of the reply found.';
COMMENT ON COLUMN cases.root_cause IS 'promise, process, team or resources.';
COMMENT ON COLUMN cases.remedy IS 'What was done for the client.';
COMMENT ON COLUMN cases.answered_at IS 'When a published reply was found.';
COMMENT ON COLUMN cases.resolved_at IS 'When it was resolved.';
COMMENT ON COLUMN cases.verified_at IS 'When a person verified that.';
COMMENT ON COLUMN cases.close_reason IS 'Why it closed.';
COMMENT ON COLUMN cases.dismiss_reason IS 'Why it was dismissed.';

CREATE TABLE case_events (
    source VARCHAR NOT NULL,
    review_id VARCHAR NOT NULL,
    reopen_no INTEGER NOT NULL,
    event VARCHAR NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    actor VARCHAR NOT NULL,
    reason VARCHAR NOT NULL
);
COMMENT ON TABLE case_events IS 'The life of each case: who did what, when and why.';
COMMENT ON COLUMN case_events.source IS 'Name of the spider or importer, which is the name of the site.';
COMMENT ON COLUMN case_events.review_id IS 'The source''s own id of the review, or a hash where it has no stable one.';
COMMENT ON COLUMN case_events.reopen_no IS 'The reopening it belongs to.';
COMMENT ON COLUMN case_events.event IS 'opened, answered, reopened, resolved, gone, acknowledged, ...';
COMMENT ON COLUMN case_events.happened_at IS 'When.';
COMMENT ON COLUMN case_events.actor IS 'otklik for what a flow found out, else the person.';
COMMENT ON COLUMN case_events.reason IS 'Why.';
