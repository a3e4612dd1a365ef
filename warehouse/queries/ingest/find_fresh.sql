-- Find the sightings that are not known yet, each once however many lines show it; a reparse counts beside its run.
CREATE OR REPLACE TEMP TABLE fresh AS
WITH parsed AS (
    SELECT source, review_id, seen_at, version, run_id, listing_id,
        CASE WHEN starts_with(run_id, 'reparse-') THEN run_id ELSE '' END AS parsing
    FROM stage
),
unknown AS (
    SELECT * FROM parsed ANTI JOIN sightings USING (source, review_id, seen_at, version) WHERE parsing = ''
    UNION ALL
    SELECT * FROM parsed ANTI JOIN sightings USING (source, review_id, seen_at, version, run_id) WHERE parsing <> ''
)
SELECT source, review_id, seen_at, version, min(run_id) AS run_id, min(listing_id) AS listing_id
FROM unknown
GROUP BY source, review_id, seen_at, version, parsing;
