-- Find the lines that are the first to show a state of a review.
CREATE OR REPLACE TEMP TABLE new_versions AS
SELECT unnest(min_by({'file_no': file_no, 'line_no': line_no}, {'at': seen_at, 'file_no': file_no, 'line_no': line_no}))
FROM stage
ANTI JOIN review_versions USING (source, review_id, version)
GROUP BY source, review_id, version;
