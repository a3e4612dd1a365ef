-- Return the earlier whole readings of the listings that a run read, newest first: crawls without pulses, the last try of each.
SELECT look.*
FROM coverage AS look
JOIN (SELECT source, listing_id, max(finished_at) AS finished_at FROM coverage WHERE run_id = $run_id GROUP BY source, listing_id)
    AS own USING (source, listing_id)
WHERE look.run_id <> $run_id AND look.finished_at <= own.finished_at AND look.status = 'ok' AND look.stopped IS NOT NULL
    AND look.run_id NOT IN (SELECT run_id FROM runs WHERE kind = 'pulse')
    AND NOT EXISTS (
        FROM coverage_problems AS problem
        WHERE problem.run_id = look.run_id AND problem.source = look.source AND problem.listing_id = look.listing_id
            AND problem.rule IN ('short', 'nothing') AND problem.found_at > $now - INTERVAL 7 DAY
    )
QUALIFY row_number() OVER (PARTITION BY look.run_id, look.source, look.listing_id ORDER BY look.attempt DESC) = 1
    AND row_number() OVER (PARTITION BY look.source, look.listing_id ORDER BY look.finished_at DESC, look.run_id DESC) <= 30
ORDER BY look.finished_at DESC, look.run_id DESC;
