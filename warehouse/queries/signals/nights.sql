-- Return when the last nightly run ended and when the first run of any kind began.
SELECT max(finished_at) FILTER (kind = 'nightly') AS last_night_at, min(started_at) AS first_run_at FROM runs;
