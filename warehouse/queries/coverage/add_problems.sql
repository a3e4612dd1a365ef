-- Keep what is wrong with readings.
INSERT INTO coverage_problems BY NAME SELECT * FROM batch;
