-- Reviews: every sighting, every state that was seen, the present state, and the events between them.

CREATE TABLE sightings (
    source VARCHAR NOT NULL,
    review_id VARCHAR NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL,
    listing_id VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL
);
COMMENT ON TABLE sightings IS 'Each look at a review and the state that it showed. All events follow from these and from coverage.';
COMMENT ON COLUMN sightings.source IS 'Name of the spider or importer, which is the name of the site.';
COMMENT ON COLUMN sightings.review_id IS 'The source''s own id of the review, or a hash where it has no stable one.';
COMMENT ON COLUMN sightings.seen_at IS 'When it was seen.';
COMMENT ON COLUMN sightings.version IS 'The state that was seen, see review_versions.';
COMMENT ON COLUMN sightings.listing_id IS 'The listing under which it was seen.';
COMMENT ON COLUMN sightings.run_id IS 'The run that brought it.';

CREATE TABLE review_versions (
    source VARCHAR NOT NULL,
    listing_id VARCHAR NOT NULL,
    review_id VARCHAR NOT NULL,
    url VARCHAR,
    author_key VARCHAR,
    subject_kind VARCHAR,
    subject_id VARCHAR,
    rating DOUBLE,
    title VARCHAR,
    text VARCHAR NOT NULL,
    language_hint VARCHAR,
    posted_at TIMESTAMPTZ,
    posted_at_precision VARCHAR,
    edited_at TIMESTAMPTZ,
    reply_state VARCHAR NOT NULL,
    reply_text VARCHAR,
    reply_at TIMESTAMPTZ,
    reply_at_kind VARCHAR,
    processed_flag BOOLEAN,
    helpful_votes BIGINT,
    has_photo BOOLEAN,
    is_verified BOOLEAN,
    syndicated_from VARCHAR,
    version VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL
);
COMMENT ON TABLE review_versions IS 'Every distinct state of a review, exactly once.';
COMMENT ON COLUMN review_versions.source IS 'Name of the spider or importer, which is the name of the site.';
COMMENT ON COLUMN review_versions.listing_id IS 'The listing under which it was seen.';
COMMENT ON COLUMN review_versions.review_id IS 'The source''s own id of the review, or a hash where it has no stable one.';
COMMENT ON COLUMN review_versions.url IS 'Where a person reads and answers the review.';
COMMENT ON COLUMN review_versions.author_key IS 'Keyed hash of the author: the same author gives the same key, the name is never kept.';
COMMENT ON COLUMN review_versions.subject_kind IS 'place, doctor, product or app_version, where the source tells.';
COMMENT ON COLUMN review_versions.subject_id IS 'What exactly of that kind is reviewed.';
COMMENT ON COLUMN review_versions.rating IS '(value - worst) / (best - worst): one star of five is 0, five stars are 1.';
COMMENT ON COLUMN review_versions.title IS 'The title, where the source has one.';
COMMENT ON COLUMN review_versions.text IS 'The body without the title; may be empty. Pros and cons stand under their own labels.';
COMMENT ON COLUMN review_versions.language_hint IS 'The language as the source names it (BCP 47), not as detected.';
COMMENT ON COLUMN review_versions.posted_at IS 'When the source says that it was posted, or last edited where the source overwrites that date.';
COMMENT ON COLUMN review_versions.posted_at_precision IS 'exact, day or relative: how far posted_at can be trusted.';
COMMENT ON COLUMN review_versions.edited_at IS 'When the source says that it was edited.';
COMMENT ON COLUMN review_versions.reply_state IS 'unknown, none, pending, published, rejected or removed; unknown where the source shows no replies.';
COMMENT ON COLUMN review_versions.reply_text IS 'The owner''s reply as shown.';
COMMENT ON COLUMN review_versions.reply_at IS 'When the reply was given, where the source tells.';
COMMENT ON COLUMN review_versions.reply_at_kind IS 'exact where the source gives the time, first_seen where it is our own first look.';
COMMENT ON COLUMN review_versions.processed_flag IS 'The platform''s own handled flag: it may only mean that somebody opened the review.';
COMMENT ON COLUMN review_versions.helpful_votes IS 'Votes of other readers.';
COMMENT ON COLUMN review_versions.has_photo IS 'Whether pictures stand beside the text.';
COMMENT ON COLUMN review_versions.is_verified IS 'Whether the source vouches for the purchase or visit.';
COMMENT ON COLUMN review_versions.syndicated_from IS 'The site from which the source copied it.';
COMMENT ON COLUMN review_versions.version IS 'Hash of all fields but the time of sighting.';
COMMENT ON COLUMN review_versions.content_hash IS 'Hash of title, text and rating: what a model judges.';

CREATE TABLE reviews (
    source VARCHAR NOT NULL,
    listing_id VARCHAR NOT NULL,
    review_id VARCHAR NOT NULL,
    url VARCHAR,
    author_key VARCHAR,
    subject_kind VARCHAR,
    subject_id VARCHAR,
    rating DOUBLE,
    title VARCHAR,
    text VARCHAR NOT NULL,
    language_hint VARCHAR,
    posted_at TIMESTAMPTZ,
    posted_at_precision VARCHAR,
    edited_at TIMESTAMPTZ,
    reply_state VARCHAR NOT NULL,
    reply_text VARCHAR,
    reply_at TIMESTAMPTZ,
    reply_at_kind VARCHAR,
    processed_flag BOOLEAN,
    helpful_votes BIGINT,
    has_photo BOOLEAN,
    is_verified BOOLEAN,
    syndicated_from VARCHAR,
    seen_at TIMESTAMPTZ NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE reviews IS 'The present state of every review.';
COMMENT ON COLUMN reviews.source IS 'Name of the spider or importer, which is the name of the site.';
COMMENT ON COLUMN reviews.listing_id IS 'The listing under which it was seen.';
COMMENT ON COLUMN reviews.review_id IS 'The source''s own id of the review, or a hash where it has no stable one.';
COMMENT ON COLUMN reviews.url IS 'Where a person reads and answers the review.';
COMMENT ON COLUMN reviews.author_key IS 'Keyed hash of the author: the same author gives the same key, the name is never kept.';
COMMENT ON COLUMN reviews.subject_kind IS 'place, doctor, product or app_version, where the source tells.';
COMMENT ON COLUMN reviews.subject_id IS 'What exactly of that kind is reviewed.';
COMMENT ON COLUMN reviews.rating IS '(value - worst) / (best - worst): one star of five is 0, five stars are 1.';
COMMENT ON COLUMN reviews.title IS 'The title, where the source has one.';
COMMENT ON COLUMN reviews.text IS 'The body without the title; may be empty. Pros and cons stand under their own labels.';
COMMENT ON COLUMN reviews.language_hint IS 'The language as the source names it (BCP 47), not as detected.';
COMMENT ON COLUMN reviews.posted_at IS 'When the source says that it was posted, or last edited where the source overwrites that date.';
COMMENT ON COLUMN reviews.posted_at_precision IS 'exact, day or relative: how far posted_at can be trusted.';
COMMENT ON COLUMN reviews.edited_at IS 'When the source says that it was edited.';
COMMENT ON COLUMN reviews.reply_state IS 'unknown, none, pending, published, rejected or removed; unknown where the source shows no replies.';
COMMENT ON COLUMN reviews.reply_text IS 'The owner''s reply as shown.';
COMMENT ON COLUMN reviews.reply_at IS 'When the reply was given, where the source tells.';
COMMENT ON COLUMN reviews.reply_at_kind IS 'exact where the source gives the time, first_seen where it is our own first look.';
COMMENT ON COLUMN reviews.processed_flag IS 'The platform''s own handled flag: it may only mean that somebody opened the review.';
COMMENT ON COLUMN reviews.helpful_votes IS 'Votes of other readers.';
COMMENT ON COLUMN reviews.has_photo IS 'Whether pictures stand beside the text.';
COMMENT ON COLUMN reviews.is_verified IS 'Whether the source vouches for the purchase or visit.';
COMMENT ON COLUMN reviews.syndicated_from IS 'The site from which the source copied it.';
COMMENT ON COLUMN reviews.seen_at IS 'The last sighting, whose state this is.';
COMMENT ON COLUMN reviews.first_seen_at IS 'First sighting.';
COMMENT ON COLUMN reviews.last_seen_at IS 'Last sighting.';

CREATE TABLE review_heads (
    source VARCHAR NOT NULL,
    review_id VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    content_seen_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    settled BOOLEAN NOT NULL,
    reply_known_at TIMESTAMPTZ,
    reply_seen_at TIMESTAMPTZ,
    reply_removed_at TIMESTAMPTZ,
    edited_after_reply_at TIMESTAMPTZ,
    gone_at TIMESTAMPTZ,
    is_baseline BOOLEAN NOT NULL
);
COMMENT ON TABLE review_heads IS 'What is derived of each review beside its present state; for queries, not for people.';
COMMENT ON COLUMN review_heads.source IS 'Name of the spider or importer, which is the name of the site.';
COMMENT ON COLUMN review_heads.review_id IS 'The source''s own id of the review, or a hash where it has no stable one.';
COMMENT ON COLUMN review_heads.version IS 'The present state, see review_versions.';
COMMENT ON COLUMN review_heads.content_hash IS 'Hash of the present title, text and rating.';
COMMENT ON COLUMN review_heads.content_seen_at IS 'Since when the present content stands without interruption.';
COMMENT ON COLUMN review_heads.last_seen_at IS 'Last sighting.';
COMMENT ON COLUMN review_heads.settled IS 'False while one sighting without a known reply waits for a second one.';
COMMENT ON COLUMN review_heads.reply_known_at IS 'First sighting at which the source showed whether there is a reply.';
COMMENT ON COLUMN review_heads.reply_seen_at IS 'First sighting of the published reply that stands now.';
COMMENT ON COLUMN review_heads.reply_removed_at IS 'When the last published reply was found missing or rejected, if none stands now.';
COMMENT ON COLUMN review_heads.edited_after_reply_at IS 'When the last edit after a published reply was seen.';
COMMENT ON COLUMN review_heads.gone_at IS 'When it was found deleted, if it has not come back.';
COMMENT ON COLUMN review_heads.is_baseline IS 'History found at the first run of its listing, not news. Decided once.';

CREATE TABLE review_events (
    source VARCHAR NOT NULL,
    review_id VARCHAR NOT NULL,
    event VARCHAR NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    previous_seen_at TIMESTAMPTZ,
    old_value VARCHAR,
    new_value VARCHAR,
    run_id VARCHAR NOT NULL
);
COMMENT ON TABLE review_events IS 'What happened to reviews between sightings: a function of the set of sightings, not of their order of import.';
COMMENT ON COLUMN review_events.source IS 'Name of the spider or importer, which is the name of the site.';
COMMENT ON COLUMN review_events.review_id IS 'The source''s own id of the review, or a hash where it has no stable one.';
COMMENT ON COLUMN review_events.event IS 'seen, edited, rating_changed, edited_after_reply, reply_seen, reply_edited, reply_removed, gone or back.';
COMMENT ON COLUMN review_events.seen_at IS 'Upper bound of when it happened: the sighting that showed it.';
COMMENT ON COLUMN review_events.previous_seen_at IS 'Lower bound: the last look that still showed the state before; NULL where there was none.';
COMMENT ON COLUMN review_events.old_value IS 'The value before, readable.';
COMMENT ON COLUMN review_events.new_value IS 'The value after, readable.';
COMMENT ON COLUMN review_events.run_id IS 'The run that brought it.';
