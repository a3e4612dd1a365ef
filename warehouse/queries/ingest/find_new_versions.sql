-- Find the lines that are the first to show a state of a review.
CREATE OR REPLACE TEMP TABLE new_versions AS
SELECT * FROM stage
ANTI JOIN review_versions USING (source, review_id, version)
QUALIFY row_number() OVER (PARTITION BY source, review_id, version ORDER BY seen_at, run_id, file_no, line_no) = 1;
