-- The watchlist as of the last run: companies, places, listings, people, and what listings display.

CREATE TABLE companies (
    company_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    kind VARCHAR NOT NULL
);
COMMENT ON TABLE companies IS 'Companies that are watched.';
COMMENT ON COLUMN companies.company_id IS 'Its id in the watchlist.';
COMMENT ON COLUMN companies.name IS 'Its name.';
COMMENT ON COLUMN companies.kind IS 'own or competitor.';

CREATE TABLE places (
    place_id VARCHAR NOT NULL,
    company_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    city VARCHAR,
    region VARCHAR,
    brand VARCHAR,
    opened DATE,
    closed DATE
);
COMMENT ON TABLE places IS 'Branches, shops and product lines.';
COMMENT ON COLUMN places.place_id IS 'Its id in the watchlist.';
COMMENT ON COLUMN places.company_id IS 'The company.';
COMMENT ON COLUMN places.kind IS 'own or competitor, as its company.';
COMMENT ON COLUMN places.name IS 'Its name.';
COMMENT ON COLUMN places.city IS 'City.';
COMMENT ON COLUMN places.region IS 'Region.';
COMMENT ON COLUMN places.brand IS 'Brand.';
COMMENT ON COLUMN places.opened IS 'Day of opening.';
COMMENT ON COLUMN places.closed IS 'Day of closing.';

CREATE TABLE listings (
    source VARCHAR NOT NULL,
    listing_id VARCHAR NOT NULL,
    company_id VARCHAR,
    place_id VARCHAR,
    target VARCHAR,
    enabled BOOLEAN NOT NULL,
    responsible VARCHAR,
    escalation VARCHAR,
    in_watchlist BOOLEAN NOT NULL,
    first_run_id VARCHAR,
    first_run_at TIMESTAMPTZ
);
COMMENT ON TABLE listings IS 'A company or place on one source; also those that only an import knows.';
COMMENT ON COLUMN listings.source IS 'Name of the spider or importer, which is the name of the site.';
COMMENT ON COLUMN listings.listing_id IS 'Its id.';
COMMENT ON COLUMN listings.company_id IS 'The company; NULL where only an import knows the listing.';
COMMENT ON COLUMN listings.place_id IS 'The place; NULL for the company as a whole.';
COMMENT ON COLUMN listings.target IS 'What the source calls it.';
COMMENT ON COLUMN listings.enabled IS 'Whether it is read.';
COMMENT ON COLUMN listings.responsible IS 'Person who answers.';
COMMENT ON COLUMN listings.escalation IS 'Person who is told when nobody answers.';
COMMENT ON COLUMN listings.in_watchlist IS 'Whether the watchlist names it now.';
COMMENT ON COLUMN listings.first_run_id IS 'The run that first brought reviews of it: its history, not news.';
COMMENT ON COLUMN listings.first_run_at IS 'The clock of that run.';

CREATE TABLE listing_stats (
    source VARCHAR NOT NULL,
    listing_id VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    displayed_rating DOUBLE,
    displayed_count BIGINT
);
COMMENT ON TABLE listing_stats IS 'Rating and counts that a source displays for a listing, as read.';
COMMENT ON COLUMN listing_stats.source IS 'Name of the spider or importer, which is the name of the site.';
COMMENT ON COLUMN listing_stats.listing_id IS 'The listing under which it was seen.';
COMMENT ON COLUMN listing_stats.run_id IS 'The run that read them.';
COMMENT ON COLUMN listing_stats.seen_at IS 'When.';
COMMENT ON COLUMN listing_stats.displayed_rating IS 'Displayed rating, scaled to 0..1.';
COMMENT ON COLUMN listing_stats.displayed_count IS 'Displayed number of reviews.';

CREATE TABLE people (
    person_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    language VARCHAR,
    timezone VARCHAR,
    in_watchlist BOOLEAN NOT NULL
);
COMMENT ON TABLE people IS 'People of the watchlist, without their addresses.';
COMMENT ON COLUMN people.person_id IS 'Id in the watchlist; the destination of alerts.';
COMMENT ON COLUMN people.name IS 'Name.';
COMMENT ON COLUMN people.language IS 'ru, uk or en.';
COMMENT ON COLUMN people.timezone IS 'IANA time zone.';
COMMENT ON COLUMN people.in_watchlist IS 'Whether the watchlist names them now.';
