-- Who answers for listings, and where they live.
SELECT person_id,
    name || CASE WHEN count(*) OVER (PARTITION BY name) > 1 THEN ' · ' || person_id ELSE '' END AS name,
    coalesce(timezone, 'UTC') AS timezone
FROM people
SEMI JOIN listings ON listings.responsible = people.person_id
ORDER BY ALL;
