-- Count the reviews that are taken over as they were.
SELECT count(*) FROM taken_over;
