-- What a reading cost, how deep it went and why it ended; and what its history says is wrong with it.

ALTER TABLE coverage ADD COLUMN stopped VARCHAR;
ALTER TABLE coverage ADD COLUMN fault VARCHAR;
ALTER TABLE coverage ADD COLUMN requests INTEGER DEFAULT 0;
ALTER TABLE coverage ADD COLUMN seen BIGINT DEFAULT 0;
ALTER TABLE coverage ADD COLUMN unchanged BIGINT DEFAULT 0;
ALTER TABLE coverage ADD COLUMN oldest_at TIMESTAMPTZ;
ALTER TABLE coverage ADD COLUMN newest_at TIMESTAMPTZ;
ALTER TABLE coverage ADD COLUMN read_to TIMESTAMPTZ;
ALTER TABLE coverage ADD COLUMN seconds DOUBLE DEFAULT 0;
ALTER TABLE coverage ADD COLUMN bytes BIGINT DEFAULT 0;
ALTER TABLE coverage ADD COLUMN counts VARCHAR DEFAULT '{}';
COMMENT ON COLUMN coverage.stopped IS 'Why the reading ended: watermark, end, unchanged, limit, block or error; NULL of an import.';
COMMENT ON COLUMN coverage.fault IS 'Which kind of shortfall the error tells of: nothing, repeated_cursor or duplicate_pages.';
COMMENT ON COLUMN coverage.requests IS 'Requests that were sent, with repeated tries and robots.txt.';
COMMENT ON COLUMN coverage.seen IS 'Different reviews that were read.';
COMMENT ON COLUMN coverage.unchanged IS 'Reviews of these that were neither new nor edited.';
COMMENT ON COLUMN coverage.oldest_at IS 'Posting time of the oldest review that was read.';
COMMENT ON COLUMN coverage.newest_at IS 'Posting time of the newest review that was read.';
COMMENT ON COLUMN coverage.read_to IS 'Every review posted since then must have been on the pages that were read; NULL where that is not known.';
COMMENT ON COLUMN coverage.seconds IS 'Seconds it took, by the machine''s own clock.';
COMMENT ON COLUMN coverage.bytes IS 'Bytes of the answers as they came over the network; of an import, of the file.';
COMMENT ON COLUMN coverage.counts IS 'How many reviews had which field, language and rating, as a JSON object.';

ALTER TABLE listing_stats ADD COLUMN expected BIGINT;
COMMENT ON COLUMN listing_stats.expected IS 'Reviews that the source says it has.';

CREATE TABLE coverage_problems (
    run_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    listing_id VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    message VARCHAR NOT NULL,
    found_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE coverage_problems IS 'What was wrong with the reading of a listing in a run, by its own account and by the history of the listing.';
COMMENT ON COLUMN coverage_problems.run_id IS 'The run.';
COMMENT ON COLUMN coverage_problems.source IS 'Name of the site.';
COMMENT ON COLUMN coverage_problems.listing_id IS 'The listing.';
COMMENT ON COLUMN coverage_problems.rule IS 'failed, blocked, short, stale, repeated_cursor, duplicate_pages or nothing: the reading is not whole; windowed, fields, languages or ratings: a warning.';
COMMENT ON COLUMN coverage_problems.message IS 'What is wrong, in one line.';
COMMENT ON COLUMN coverage_problems.found_at IS 'When, by the clock of the run.';
