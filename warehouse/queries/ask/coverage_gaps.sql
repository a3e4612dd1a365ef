-- Which listings were not read well at the last try, and for how long.
FROM coverage_gaps;
