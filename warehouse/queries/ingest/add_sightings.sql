-- Keep the new sightings.
INSERT INTO sightings BY NAME SELECT * FROM fresh;
