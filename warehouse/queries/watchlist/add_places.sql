-- Note the places of this watchlist.
INSERT INTO places BY NAME SELECT * FROM batch;
