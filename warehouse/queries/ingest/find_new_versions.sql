-- Find the lines that are the first to show a state of a review.
CREATE OR REPLACE TEMP TABLE new_versions AS
SELECT stage.*,
    left(sha256(concat_ws(chr(31), coalesce(title, ''), text, coalesce(printf('%.3f', rating), ''))), 32) AS content_hash
FROM stage
SEMI JOIN (
    SELECT min_by({'file_no': file_no, 'line_no': line_no}, {'at': seen_at, 'file_no': file_no, 'line_no': line_no}) AS place
    FROM stage
    ANTI JOIN review_versions USING (source, review_id, version)
    GROUP BY source, review_id, version
) AS first ON first.place.file_no = stage.file_no AND first.place.line_no = stage.line_no;
