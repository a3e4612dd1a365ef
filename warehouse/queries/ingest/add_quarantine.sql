-- Keep what is no review.
INSERT INTO quarantine BY NAME SELECT * FROM batch;
