-- Listings whose silence is no good news: never read as a whole, or not read well by the try that counts.
CREATE OR REPLACE VIEW coverage_gaps AS
FROM coverage_state WHERE last_status IS DISTINCT FROM 'ok'
ORDER BY last_read_at NULLS FIRST, source, listing_id;
COMMENT ON VIEW coverage_gaps IS 'Listings whose silence is no good news: never read as a whole, or not read well by the try that counts.';
COMMENT ON COLUMN coverage_gaps.source IS 'Name of the site.';
COMMENT ON COLUMN coverage_gaps.listing_id IS 'The listing.';
COMMENT ON COLUMN coverage_gaps.company_id IS 'The company.';
COMMENT ON COLUMN coverage_gaps.place_id IS 'The place.';
COMMENT ON COLUMN coverage_gaps.last_status IS 'What the try that counts gave; NULL where none was made. A pulse that went well closes no gap of a night.';
COMMENT ON COLUMN coverage_gaps.last_error IS 'Why.';
COMMENT ON COLUMN coverage_gaps.last_tried_at IS 'When that was.';
COMMENT ON COLUMN coverage_gaps.last_read_at IS 'When it was last read well as a whole.';
COMMENT ON COLUMN coverage_gaps.hours_unread IS 'Hours between that and the last run.';
COMMENT ON COLUMN coverage_gaps.expected IS 'Reviews that the source said it has.';
COMMENT ON COLUMN coverage_gaps.collected IS 'Reviews that were read.';
