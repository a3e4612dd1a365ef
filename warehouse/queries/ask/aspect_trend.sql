-- How often each place is complained of for each aspect, by month.
FROM aspect_trend;
