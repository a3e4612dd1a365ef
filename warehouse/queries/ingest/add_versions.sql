-- Keep every new state of a review.
INSERT INTO review_versions BY NAME SELECT * EXCLUDE (seen_at, run_id, file_no, line_no) FROM new_versions;
