-- Which listings were not read well in their latest run, and for how long.
FROM coverage_gaps;
