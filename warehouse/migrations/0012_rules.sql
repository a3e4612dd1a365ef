-- When a run first saw each rule of the watchlist, the programmes whose effect is followed, and who looks after a listing.

CREATE TABLE rule_activations (
    rule_id VARCHAR NOT NULL,
    conditions_hash VARCHAR NOT NULL,
    activated_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE rule_activations IS 'When a run first saw a rule of the watchlist with its present conditions: it tells of no case that is older.';
COMMENT ON COLUMN rule_activations.rule_id IS 'Its id in the watchlist.';
COMMENT ON COLUMN rule_activations.conditions_hash IS 'Hash of its conditions; changed ones begin anew.';
COMMENT ON COLUMN rule_activations.activated_at IS 'The clock of that run.';

CREATE TABLE programmes (
    programme_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    started_on DATE NOT NULL,
    place_id VARCHAR
);
COMMENT ON TABLE programmes IS 'Programmes of the watchlist, a row for each place where one runs.';
COMMENT ON COLUMN programmes.programme_id IS 'Its id in the watchlist.';
COMMENT ON COLUMN programmes.name IS 'Its name.';
COMMENT ON COLUMN programmes.started_on IS 'Its first day.';
COMMENT ON COLUMN programmes.place_id IS 'The place; NULL where it runs everywhere.';
