-- Note the runs that brought newer sightings of these reviews: their files are read once more.
CREATE OR REPLACE TEMP TABLE read_again AS
SELECT DISTINCT sighting.run_id
FROM sightings AS sighting JOIN taken_over USING (source, review_id)
WHERE sighting.seen_at > taken_over.last_seen_at;
