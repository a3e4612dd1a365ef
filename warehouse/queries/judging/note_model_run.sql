-- Note how much a model judged.
INSERT INTO model_runs (model, finished_at, judged, stored) VALUES ($model, $now, $judged, $stored);
