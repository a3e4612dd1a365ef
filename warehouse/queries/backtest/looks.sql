-- Return the ends of the hours in which something was seen, oldest first.
SELECT DISTINCT date_trunc('hour', seen_at) + INTERVAL 1 HOUR AS looked_at FROM sightings ORDER BY looked_at;
