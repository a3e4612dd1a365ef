-- Find the reviews that are seen again in a state whose words were emptied.
CREATE OR REPLACE TEMP TABLE refilled AS
SELECT DISTINCT fresh.source, fresh.review_id, fresh.version
FROM fresh
JOIN review_versions AS state USING (source, review_id, version)
JOIN review_heads AS head ON head.source = fresh.source AND head.review_id = fresh.review_id
WHERE state.emptied_at IS NOT NULL AND fresh.seen_at > head.last_seen_at;
