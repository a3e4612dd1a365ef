-- Make the table that remembers which migrations a database has.
CREATE TABLE IF NOT EXISTS migrations (
    name VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE migrations IS 'Which migrations this database has, and which views.';
COMMENT ON COLUMN migrations.name IS 'Name of the SQL file, or views for all of them.';
COMMENT ON COLUMN migrations.fingerprint IS 'Hash of its text when it was applied.';
COMMENT ON COLUMN migrations.applied_at IS 'When it was applied.';
