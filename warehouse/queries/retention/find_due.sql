-- Find the states whose words were kept long enough: not seen for long, or of a review that its source deleted.
CREATE OR REPLACE TEMP TABLE due_states AS
SELECT state.source, state.review_id, state.version
FROM review_versions AS state
LEFT JOIN (
    SELECT source, review_id, version, max(seen_at) AS last_seen_at FROM sightings GROUP BY ALL
) AS seen USING (source, review_id, version)
LEFT JOIN review_heads AS head USING (source, review_id)
WHERE state.emptied_at IS NULL
    AND (seen.last_seen_at < $text_limit OR head.gone_at < $gone_limit);
