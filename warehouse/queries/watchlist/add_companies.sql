-- Note the companies of this watchlist.
INSERT INTO companies BY NAME SELECT * FROM batch;
