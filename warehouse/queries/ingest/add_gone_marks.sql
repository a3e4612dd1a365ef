-- Keep what the sources say is gone.
INSERT INTO gone_marks BY NAME SELECT * FROM new_gone_marks;
