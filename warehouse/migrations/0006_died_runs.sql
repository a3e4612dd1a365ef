-- A run whose lease is past is said to have died, and a run by hand is a kind of its own.

COMMENT ON COLUMN runs.kind IS 'nightly, pulse, deliver, crawl or import.';
COMMENT ON COLUMN runs.status IS 'running, ok, failed, or died where the next run found its lease past.';
COMMENT ON COLUMN runs.finished_at IS 'When it ended; NULL while it runs or after it died.';
