-- Erase the rows of the forgotten reviews from gone_marks.
DELETE FROM gone_marks AS known USING forgotten_keys AS gone
WHERE known.source = gone.source AND known.review_id = gone.review_id;
