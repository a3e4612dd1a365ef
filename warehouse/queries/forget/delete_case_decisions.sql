-- Erase the rows of the forgotten reviews from case_decisions.
DELETE FROM case_decisions AS known USING forgotten_keys AS gone
WHERE known.source = gone.source AND known.review_id = gone.review_id;
