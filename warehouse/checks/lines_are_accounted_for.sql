-- Every line of a landing file is stored, unchanged or quarantined.
SELECT path, lines, stored, unchanged, landing_files.quarantined, aside.rows AS quarantine_rows
FROM landing_files
LEFT JOIN (SELECT path, count(*) AS rows FROM quarantine GROUP BY path) AS aside USING (path)
WHERE kind <> 'coverage'
    AND (lines <> stored + unchanged + landing_files.quarantined OR coalesce(aside.rows, 0) <> landing_files.quarantined);
