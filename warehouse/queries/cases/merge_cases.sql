-- Bring the new states of cases into the table of cases.
MERGE INTO cases AS known
USING batch AS new
ON known.source = new.source AND known.review_id = new.review_id AND known.reopen_no = new.reopen_no
WHEN MATCHED THEN UPDATE BY NAME
WHEN NOT MATCHED THEN INSERT BY NAME;
