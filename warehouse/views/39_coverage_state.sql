-- How each enabled listing of the watchlist was last read.
-- A pulse reads first pages only: it can open a gap and close its own, but not that of a night; what it finds in a drop
-- folder is all there is, so that a stale one is closed by it.
CREATE OR REPLACE VIEW coverage_state AS
WITH looks AS (
    -- Attempts count up, while their clocks may stand still or go back; a stale folder's 0 gives way to any file.
    -- A reading that calls itself whole is not, where the history of the listing found a problem.
    SELECT look.source, look.listing_id, look.run_id, look.attempt, look.finished_at, look.expected, look.collected,
        if(look.status = 'ok', coalesce(problem.status, 'ok'), look.status) AS status,
        if(look.status = 'ok', problem.message, look.error) AS error, run.started_at AS run_at, coalesce(run.kind = 'pulse', false) AS is_pulse,
        max(look.finished_at) OVER (PARTITION BY look.source, look.listing_id, look.run_id) AS run_end
    FROM coverage AS look
    LEFT JOIN runs AS run USING (run_id)
    LEFT JOIN (
        SELECT run_id, source, listing_id, min(if(rule = 'stale', 'stale', 'short')) AS status,
            string_agg(message, '; ' ORDER BY rule, message) AS message
        FROM coverage_problems WHERE rule NOT IN ('windowed', 'fields', 'languages', 'ratings')
        GROUP BY run_id, source, listing_id
    ) AS problem USING (run_id, source, listing_id)
),
newest AS (
    FROM looks
    QUALIFY row_number() OVER (
        PARTITION BY source, listing_id ORDER BY run_end DESC, run_at DESC NULLS LAST, run_id DESC, attempt DESC
    ) = 1
),
newest_whole AS (
    FROM looks WHERE NOT is_pulse
    QUALIFY row_number() OVER (
        PARTITION BY source, listing_id ORDER BY run_end DESC, run_at DESC NULLS LAST, run_id DESC, attempt DESC
    ) = 1
),
counting AS (
    SELECT newest.source, newest.listing_id,
        newest.status <> 'ok' OR newest_whole.status = 'stale' AS takes_newest,
        CASE WHEN takes_newest THEN newest ELSE newest_whole END AS look
    FROM newest LEFT JOIN newest_whole USING (source, listing_id)
),
good AS (
    SELECT source, listing_id, max(finished_at) AS finished_at FROM looks WHERE status = 'ok' AND NOT is_pulse
    GROUP BY source, listing_id
)
SELECT listing.source, listing.listing_id, listing.company_id, listing.place_id, counting.look.status AS last_status,
    counting.look.error AS last_error, counting.look.finished_at AS last_tried_at,
    CASE WHEN counting.look.status = 'ok' THEN greatest(good.finished_at, counting.look.finished_at)
        ELSE good.finished_at END AS last_read_at,
    round(date_diff('minute', last_read_at, clock.now) / 60, 1) AS hours_unread, counting.look.expected AS expected,
    counting.look.collected AS collected
FROM listings AS listing
CROSS JOIN (SELECT max(heartbeat_at) AS now FROM runs) AS clock
LEFT JOIN counting ON counting.source = listing.source AND counting.listing_id = listing.listing_id
LEFT JOIN good ON good.source = listing.source AND good.listing_id = listing.listing_id
WHERE listing.in_watchlist AND listing.enabled
ORDER BY listing.source, listing.listing_id;
COMMENT ON VIEW coverage_state IS 'How each enabled listing of the watchlist was last read; a pulse that went well closes no gap of a night.';
COMMENT ON COLUMN coverage_state.source IS 'Name of the site.';
COMMENT ON COLUMN coverage_state.listing_id IS 'The listing.';
COMMENT ON COLUMN coverage_state.company_id IS 'The company.';
COMMENT ON COLUMN coverage_state.place_id IS 'The place.';
COMMENT ON COLUMN coverage_state.last_status IS 'What the try that counts gave; NULL where none read it as a whole.';
COMMENT ON COLUMN coverage_state.last_error IS 'Why.';
COMMENT ON COLUMN coverage_state.last_tried_at IS 'When that was.';
COMMENT ON COLUMN coverage_state.last_read_at IS 'When it was last read well as a whole.';
COMMENT ON COLUMN coverage_state.hours_unread IS 'Hours between that and the last run.';
COMMENT ON COLUMN coverage_state.expected IS 'Reviews that the source said it has.';
COMMENT ON COLUMN coverage_state.collected IS 'Reviews that were read.';
