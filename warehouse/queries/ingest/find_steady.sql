-- Find the reviews that were only seen again, each with its last sighting.
CREATE OR REPLACE TEMP TABLE steady AS
SELECT fresh.source, fresh.review_id, fresh.seen_at, fresh.version, fresh.version <> head.version AS is_changed
FROM fresh
ANTI JOIN affected USING (source, review_id)
JOIN review_heads AS head ON head.source = fresh.source AND head.review_id = fresh.review_id
QUALIFY row_number() OVER (PARTITION BY fresh.source, fresh.review_id ORDER BY fresh.seen_at DESC,
    CASE WHEN starts_with(fresh.run_id, 'reparse-') THEN fresh.run_id ELSE '' END DESC, fresh.version) = 1;
