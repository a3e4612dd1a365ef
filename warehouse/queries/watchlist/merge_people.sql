-- Bring the people of this watchlist into the table of people.
MERGE INTO people AS known
USING batch AS new
ON known.person_id = new.person_id
WHEN MATCHED THEN UPDATE SET name = new.name, language = new.language, timezone = new.timezone, in_watchlist = true
WHEN NOT MATCHED THEN INSERT (person_id, name, language, timezone, in_watchlist)
VALUES (new.person_id, new.name, new.language, new.timezone, true);
