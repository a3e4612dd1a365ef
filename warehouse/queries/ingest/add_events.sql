-- Keep the new events.
INSERT INTO review_events BY NAME SELECT * FROM new_events;
