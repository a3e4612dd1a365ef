-- Every sighting stands once.
SELECT source, review_id, seen_at, version, count(*) AS times FROM sightings GROUP BY ALL HAVING times > 1;
