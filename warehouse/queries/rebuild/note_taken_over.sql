-- Note the reviews of which a sighting is known that the landing files do not tell, or not any more.
CREATE OR REPLACE TEMP TABLE taken_over AS
SELECT source, review_id, max(seen_at) AS last_seen_at
FROM batch
SEMI JOIN (
    SELECT source, review_id FROM batch ANTI JOIN sightings USING (source, review_id, seen_at, version)
) AS untold USING (source, review_id)
GROUP BY source, review_id;
