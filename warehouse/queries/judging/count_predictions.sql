-- Count the predictions.
SELECT count(*) FROM predictions;
