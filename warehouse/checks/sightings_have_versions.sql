-- The state that a sighting showed is kept, and no state is kept that nobody saw.
SELECT coalesce(sighting.source, state.source), coalesce(sighting.review_id, state.review_id),
    sighting.version AS seen_version, state.version AS kept_version
FROM (SELECT DISTINCT source, review_id, version FROM sightings) AS sighting
FULL JOIN review_versions AS state
    ON state.source = sighting.source AND state.review_id = sighting.review_id AND state.version = sighting.version
WHERE sighting.version IS NULL OR state.version IS NULL;
