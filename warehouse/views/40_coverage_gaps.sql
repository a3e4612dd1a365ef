-- Listings whose silence is no good news: never read, or not read well in the latest run, of which the last try counts.
CREATE OR REPLACE VIEW coverage_gaps AS
SELECT listing.source, listing.listing_id, listing.company_id, listing.place_id, last.status AS last_status, last.error AS last_error,
    last.finished_at AS last_tried_at, good.finished_at AS last_read_at,
    round(date_diff('minute', good.finished_at, clock.now) / 60, 1) AS hours_unread, last.expected, last.collected
FROM listings AS listing
CROSS JOIN (SELECT max(heartbeat_at) AS now FROM runs) AS clock
LEFT JOIN (
    -- Attempts count up, while their clocks may stand still or go back; a stale folder's 0 gives way to any file.
    FROM (
        SELECT look.*, run.started_at AS run_at, max(look.finished_at) OVER one AS run_end
        FROM coverage AS look
        LEFT JOIN runs AS run USING (run_id)
        WINDOW one AS (PARTITION BY look.source, look.listing_id, look.run_id)
    )
    QUALIFY row_number() OVER (
        PARTITION BY source, listing_id ORDER BY run_end DESC, run_at DESC NULLS LAST, run_id DESC, attempt DESC
    ) = 1
) AS last ON last.source = listing.source AND last.listing_id = listing.listing_id
LEFT JOIN (
    SELECT source, listing_id, max(finished_at) AS finished_at FROM coverage WHERE status = 'ok' GROUP BY source, listing_id
) AS good ON good.source = listing.source AND good.listing_id = listing.listing_id
WHERE listing.in_watchlist AND listing.enabled AND last.status IS DISTINCT FROM 'ok'
ORDER BY last_read_at NULLS FIRST, listing.source, listing.listing_id;
COMMENT ON VIEW coverage_gaps IS 'Listings whose silence is no good news: never read, or not read well in the latest run, of which the last try counts.';
COMMENT ON COLUMN coverage_gaps.source IS 'Name of the site.';
COMMENT ON COLUMN coverage_gaps.listing_id IS 'The listing.';
COMMENT ON COLUMN coverage_gaps.company_id IS 'The company.';
COMMENT ON COLUMN coverage_gaps.place_id IS 'The place.';
COMMENT ON COLUMN coverage_gaps.last_status IS 'What the last try of the latest run gave; NULL where none was made.';
COMMENT ON COLUMN coverage_gaps.last_error IS 'Why.';
COMMENT ON COLUMN coverage_gaps.last_tried_at IS 'When it was last tried.';
COMMENT ON COLUMN coverage_gaps.last_read_at IS 'When it was last read well.';
COMMENT ON COLUMN coverage_gaps.hours_unread IS 'Hours between that and the last run.';
COMMENT ON COLUMN coverage_gaps.expected IS 'Reviews that the source said it has.';
COMMENT ON COLUMN coverage_gaps.collected IS 'Reviews that were read.';
