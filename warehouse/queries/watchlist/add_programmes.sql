-- Note the programmes of this watchlist.
INSERT INTO programmes BY NAME SELECT * FROM batch;
