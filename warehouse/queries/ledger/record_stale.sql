-- Record drop folders in which nothing came for too long, once a run.
INSERT INTO coverage (run_id, source, listing_id, attempt, started_at, finished_at, pages, collected, quarantined, new, edited,
    status, error, is_full)
SELECT $run_id, listing.source, listing.listing_id, 0, $now, $now, 0, 0, 0, 0, 0, 'stale',
    'nothing came since ' || coalesce(strftime(newest.seen_at AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M UTC'), 'the beginning'), false
FROM listings AS listing
LEFT JOIN (
    SELECT source, listing_id, max(finished_at) AS seen_at FROM coverage WHERE status IN ('ok', 'short')
    GROUP BY source, listing_id
) AS newest USING (source, listing_id)
WHERE listing.listing_id IN (SELECT unnest($listing_ids))
    AND coalesce(newest.seen_at < $oldest, true)
    AND NOT EXISTS (
        FROM coverage AS known
        WHERE known.run_id = $run_id AND known.source = listing.source AND known.listing_id = listing.listing_id
    );
