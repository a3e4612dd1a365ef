-- Return where the complete readings of listings ended, and whether a run has read them well already.
-- A pulse reads first pages only, so that what it calls newest says nothing of what lies between; a reading that lacks
-- what the one before it met is not complete either.
SELECT listing_id,
    max(watermark) FILTER (
        status = 'ok'
        AND run_id NOT IN (SELECT run_id FROM runs WHERE kind = 'pulse')
        AND NOT EXISTS (
            FROM coverage_problems AS problem
            WHERE problem.run_id = coverage.run_id AND problem.source = coverage.source
                AND problem.listing_id = coverage.listing_id AND problem.rule IN ('short', 'nothing')
        )
    ) AS watermark,
    bool_or(status = 'ok' AND run_id = $run_id) AS done_in_run
FROM coverage WHERE listing_id IN (SELECT unnest($ids))
GROUP BY listing_id;
