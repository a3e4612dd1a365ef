-- Note how far these landing files are read now.
INSERT INTO landing_files BY NAME SELECT * FROM batch;
