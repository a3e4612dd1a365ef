-- Every sighting stands once, beside what a reparse made of it.
SELECT source, review_id, seen_at, version, count(*) AS times
FROM (
    SELECT *, CASE WHEN starts_with(run_id, 'reparse-') THEN run_id ELSE '' END AS parsing FROM sightings
) AS looks
GROUP BY source, review_id, seen_at, version, parsing HAVING times > 1;
