-- Return the models that judged something.
SELECT DISTINCT model FROM predictions ORDER BY model;
