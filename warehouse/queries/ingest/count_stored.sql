-- Count the lines of each file that brought a new state of a review.
SELECT file_no, count(*) FROM new_versions GROUP BY file_no;
