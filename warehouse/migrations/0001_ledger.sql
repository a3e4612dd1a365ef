-- The ledger: which run did what, what each listing gave, and which line of which landing file is where.

CREATE TABLE runs (
    run_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    night DATE,
    started_at TIMESTAMPTZ NOT NULL,
    heartbeat_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    status VARCHAR NOT NULL,
    starts INTEGER NOT NULL,
    report VARCHAR
);
COMMENT ON TABLE runs IS 'One row for each run of a flow or import: the truth about which night is done.';
COMMENT ON COLUMN runs.run_id IS 'Readable name of the run, unique.';
COMMENT ON COLUMN runs.kind IS 'nightly, pulse, deliver or import.';
COMMENT ON COLUMN runs.night IS 'The night that a nightly run is for.';
COMMENT ON COLUMN runs.started_at IS 'The clock of the run, kept when the run is started again.';
COMMENT ON COLUMN runs.heartbeat_at IS 'Last sign of life; older than the lease means that the run is dead.';
COMMENT ON COLUMN runs.finished_at IS 'When it ended; NULL while it runs or after it was killed.';
COMMENT ON COLUMN runs.status IS 'running, ok or failed.';
COMMENT ON COLUMN runs.starts IS 'How often it was started: more than 1 after a kill.';
COMMENT ON COLUMN runs.report IS 'The run''s report, as JSON.';

CREATE TABLE run_stages (
    run_id VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    finished_at TIMESTAMPTZ NOT NULL,
    counts VARCHAR NOT NULL
);
COMMENT ON TABLE run_stages IS 'The stages that a run has finished, with what each counted.';
COMMENT ON COLUMN run_stages.run_id IS 'The run.';
COMMENT ON COLUMN run_stages.stage IS 'Name of the stage.';
COMMENT ON COLUMN run_stages.finished_at IS 'The run''s clock at its last heartbeat.';
COMMENT ON COLUMN run_stages.counts IS 'What the stage counted, as a JSON object of whole numbers.';

CREATE TABLE coverage (
    run_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    listing_id VARCHAR NOT NULL,
    attempt INTEGER NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ NOT NULL,
    pages INTEGER NOT NULL,
    expected BIGINT,
    collected BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    new BIGINT NOT NULL,
    edited BIGINT NOT NULL,
    status VARCHAR NOT NULL,
    error VARCHAR,
    is_full BOOLEAN NOT NULL,
    watermark TIMESTAMPTZ,
    displayed_rating DOUBLE,
    displayed_count BIGINT
);
COMMENT ON TABLE coverage IS 'What one attempt at one listing expected and got: how truthful the silence of a listing is.';
COMMENT ON COLUMN coverage.run_id IS 'The run.';
COMMENT ON COLUMN coverage.source IS 'Name of the spider or importer, which is the name of the site.';
COMMENT ON COLUMN coverage.listing_id IS 'The listing under which it was seen.';
COMMENT ON COLUMN coverage.attempt IS 'Number of the attempt within the run, from 1; 0 where there was nothing to try.';
COMMENT ON COLUMN coverage.started_at IS 'When the reading began.';
COMMENT ON COLUMN coverage.finished_at IS 'When it ended.';
COMMENT ON COLUMN coverage.pages IS 'Pages or files that were read.';
COMMENT ON COLUMN coverage.expected IS 'Reviews that the source says it has.';
COMMENT ON COLUMN coverage.collected IS 'Reviews that were read.';
COMMENT ON COLUMN coverage.quarantined IS 'Lines or fragments that were set aside.';
COMMENT ON COLUMN coverage.new IS 'Reviews that were never seen before.';
COMMENT ON COLUMN coverage.edited IS 'Known reviews whose text or rating changed.';
COMMENT ON COLUMN coverage.status IS 'ok, short, blocked, stale or failed.';
COMMENT ON COLUMN coverage.error IS 'One line that a person can act on.';
COMMENT ON COLUMN coverage.is_full IS 'The whole listing was read, without a window: a missing review may be gone.';
COMMENT ON COLUMN coverage.watermark IS 'Newest posted_at of a complete reading: where the next one may stop.';
COMMENT ON COLUMN coverage.displayed_rating IS 'Rating that the source shows for the listing, scaled to 0..1.';
COMMENT ON COLUMN coverage.displayed_count IS 'Number of reviews that the source shows for the listing.';

CREATE TABLE gone_marks (
    run_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    listing_id VARCHAR NOT NULL,
    attempt INTEGER NOT NULL,
    review_id VARCHAR NOT NULL,
    reported_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE gone_marks IS 'Reviews of which a source itself said that they are deleted.';
COMMENT ON COLUMN gone_marks.run_id IS 'The run that was told.';
COMMENT ON COLUMN gone_marks.source IS 'Name of the spider or importer, which is the name of the site.';
COMMENT ON COLUMN gone_marks.listing_id IS 'The listing under which it was seen.';
COMMENT ON COLUMN gone_marks.attempt IS 'Attempt of that run.';
COMMENT ON COLUMN gone_marks.review_id IS 'The source''s own id of the review, or a hash where it has no stable one.';
COMMENT ON COLUMN gone_marks.reported_at IS 'End of the reading that was told.';

CREATE TABLE landing_files (
    path VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    listing_id VARCHAR NOT NULL,
    attempt INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    bytes BIGINT NOT NULL,
    torn_bytes BIGINT NOT NULL,
    lines BIGINT NOT NULL,
    stored BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    quarantined BIGINT NOT NULL
);
COMMENT ON TABLE landing_files IS 'How far each landing file was read: every line of it is stored, unchanged or quarantined.';
COMMENT ON COLUMN landing_files.path IS 'Path under the landing folder: run/source/name.';
COMMENT ON COLUMN landing_files.run_id IS 'The run that wrote it.';
COMMENT ON COLUMN landing_files.source IS 'Name of the spider or importer, which is the name of the site.';
COMMENT ON COLUMN landing_files.listing_id IS 'The listing under which it was seen.';
COMMENT ON COLUMN landing_files.attempt IS 'Attempt of that run.';
COMMENT ON COLUMN landing_files.kind IS 'reviews, quarantine or coverage.';
COMMENT ON COLUMN landing_files.bytes IS 'Bytes that were ingested: up to the end of the last whole line.';
COMMENT ON COLUMN landing_files.torn_bytes IS 'Bytes of an unfinished last line, left for later.';
COMMENT ON COLUMN landing_files.lines IS 'Lines that were ingested.';
COMMENT ON COLUMN landing_files.stored IS 'Lines that brought a state of a review for the first time.';
COMMENT ON COLUMN landing_files.unchanged IS 'Lines that showed a state that was known already.';
COMMENT ON COLUMN landing_files.quarantined IS 'Lines that are in the quarantine table with their reason.';

CREATE TABLE publications (
    name VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    begun_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE publications IS 'Each copy for readers that was begun; a name is never used twice, so that no old write-ahead log fits it.';
COMMENT ON COLUMN publications.name IS 'Name of the copy, without prefix and suffix.';
COMMENT ON COLUMN publications.run_id IS 'The run that published it.';
COMMENT ON COLUMN publications.begun_at IS 'Last heartbeat of that run at that time; the epoch where it has none.';

CREATE TABLE quarantine (
    run_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    listing_id VARCHAR NOT NULL,
    attempt INTEGER NOT NULL,
    path VARCHAR NOT NULL,
    line_no BIGINT NOT NULL,
    reason VARCHAR NOT NULL,
    fragment VARCHAR NOT NULL,
    seen_at TIMESTAMPTZ
);
COMMENT ON TABLE quarantine IS 'Lines and fragments that are no review, with the reason why.';
COMMENT ON COLUMN quarantine.run_id IS 'The run that brought it.';
COMMENT ON COLUMN quarantine.source IS 'Name of the spider or importer, which is the name of the site.';
COMMENT ON COLUMN quarantine.listing_id IS 'The listing under which it was seen.';
COMMENT ON COLUMN quarantine.attempt IS 'Attempt of that run.';
COMMENT ON COLUMN quarantine.path IS 'Landing file that holds it.';
COMMENT ON COLUMN quarantine.line_no IS 'Its line in that file, from 1.';
COMMENT ON COLUMN quarantine.reason IS 'Why it is no review.';
COMMENT ON COLUMN quarantine.fragment IS 'Its first 200 characters.';
COMMENT ON COLUMN quarantine.seen_at IS 'When it was seen, where it tells.';
