-- Keep the coverage of new attempts; what of it was new or edited is counted when the events are known.
INSERT INTO coverage BY NAME SELECT *, 0 AS new, 0 AS edited, coalesce(nullif(seen, 0), collected) AS unchanged FROM new_coverage;
