-- Find the sightings that are not known yet, each once however many lines show it.
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT source, review_id, seen_at, version, min(run_id) AS run_id, min(listing_id) AS listing_id
FROM stage
ANTI JOIN sightings USING (source, review_id, seen_at, version)
GROUP BY source, review_id, seen_at, version;
