-- Erase the rows of the forgotten reviews from case_events.
DELETE FROM case_events AS known USING forgotten_keys AS gone
WHERE known.source = gone.source AND known.review_id = gone.review_id;
