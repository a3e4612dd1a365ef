-- Note for each listing which run was the first to bring reviews of it.
UPDATE listings SET first_run_id = first.run_id, first_run_at = first.seen_at
FROM (
    SELECT source, listing_id, arg_min(run_id, {'seen_at': seen_at, 'run_id': run_id}) AS run_id, min(seen_at) AS seen_at
    FROM fresh GROUP BY source, listing_id
) AS first
WHERE listings.source = first.source AND listings.listing_id = first.listing_id AND listings.first_run_id IS NULL;
