-- Keep the new sightings.
INSERT INTO sightings BY NAME SELECT * EXCLUDE (event_key) FROM fresh;
