-- Keep sketches.
INSERT INTO review_sketches BY NAME FROM batch;
