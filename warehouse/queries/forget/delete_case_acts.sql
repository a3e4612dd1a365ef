-- Erase the rows of the forgotten reviews from case_acts.
DELETE FROM case_acts AS known USING forgotten_keys AS gone
WHERE known.source = gone.source AND known.review_id = gone.review_id;
