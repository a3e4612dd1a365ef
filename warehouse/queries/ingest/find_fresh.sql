-- Find the sightings that are not known yet, each once however many lines show it.
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT source, review_id, seen_at, version, listing_id, run_id, event_key
FROM stage
ANTI JOIN sightings USING (source, review_id, seen_at, version)
QUALIFY row_number() OVER (PARTITION BY source, review_id, seen_at, version ORDER BY run_id, file_no, line_no) = 1;
