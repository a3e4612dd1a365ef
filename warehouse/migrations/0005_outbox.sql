-- The outbox: alerts planned with the state that caused them, and every try to deliver one.

CREATE TABLE alerts (
    alert_key VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    review_id VARCHAR NOT NULL,
    reopen_no INTEGER NOT NULL,
    rule VARCHAR NOT NULL,
    level INTEGER NOT NULL,
    destination VARCHAR NOT NULL,
    planned_at TIMESTAMPTZ NOT NULL,
    not_before TIMESTAMPTZ NOT NULL,
    folded BOOLEAN NOT NULL,
    details VARCHAR,
    run_id VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    attempts INTEGER NOT NULL,
    next_try_at TIMESTAMPTZ,
    sent_at TIMESTAMPTZ,
    owner VARCHAR,
    reason VARCHAR
);
COMMENT ON TABLE alerts IS 'Messages to people, each planned once.';
COMMENT ON COLUMN alerts.alert_key IS 'Hash of review, reopening, rule, level and destination: unique.';
COMMENT ON COLUMN alerts.source IS 'Source of the review, or otklik for a message about no single case.';
COMMENT ON COLUMN alerts.review_id IS 'The review, or what the message is about.';
COMMENT ON COLUMN alerts.reopen_no IS 'The reopening it belongs to.';
COMMENT ON COLUMN alerts.rule IS 'The rule that asked for it.';
COMMENT ON COLUMN alerts.level IS '0 digest, 1 near-miss, 2 late, 3 escalation.';
COMMENT ON COLUMN alerts.destination IS 'Person of the watchlist.';
COMMENT ON COLUMN alerts.planned_at IS 'The run''s clock at planning.';
COMMENT ON COLUMN alerts.not_before IS 'First minute at which it may be sent.';
COMMENT ON COLUMN alerts.folded IS 'Goes with others into one message.';
COMMENT ON COLUMN alerts.details IS 'Payload of a message about no single case, as JSON.';
COMMENT ON COLUMN alerts.run_id IS 'The run that planned it.';
COMMENT ON COLUMN alerts.state IS 'planned, held, sending, sent, failed or cancelled.';
COMMENT ON COLUMN alerts.attempts IS 'Tries so far.';
COMMENT ON COLUMN alerts.next_try_at IS 'Not tried again before this.';
COMMENT ON COLUMN alerts.sent_at IS 'When the channel took it.';
COMMENT ON COLUMN alerts.owner IS 'Process that has claimed it.';
COMMENT ON COLUMN alerts.reason IS 'Why it was cancelled, or the last error.';

CREATE TABLE deliveries (
    alert_key VARCHAR NOT NULL,
    attempt INTEGER NOT NULL,
    destination VARCHAR NOT NULL,
    claimed_at TIMESTAMPTZ NOT NULL,
    owner VARCHAR NOT NULL,
    possible_repeat BOOLEAN NOT NULL,
    finished_at TIMESTAMPTZ,
    outcome VARCHAR,
    error VARCHAR
);
COMMENT ON TABLE deliveries IS 'Every try to deliver an alert.';
COMMENT ON COLUMN deliveries.alert_key IS 'The alert.';
COMMENT ON COLUMN deliveries.attempt IS 'Number of the try, from 1.';
COMMENT ON COLUMN deliveries.destination IS 'Person of the watchlist.';
COMMENT ON COLUMN deliveries.claimed_at IS 'When the try began.';
COMMENT ON COLUMN deliveries.owner IS 'Process that tried.';
COMMENT ON COLUMN deliveries.possible_repeat IS 'An earlier try may have reached its reader.';
COMMENT ON COLUMN deliveries.finished_at IS 'When its outcome was recorded; NULL where the process died.';
COMMENT ON COLUMN deliveries.outcome IS 'sent, retry or failed.';
COMMENT ON COLUMN deliveries.error IS 'What the channel said.';
