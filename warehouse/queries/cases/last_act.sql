-- Return when somebody last acted on one case.
SELECT max(acted_at) FROM case_acts WHERE source = $source AND review_id = $review_id;
