-- How each listing stands: newer reviews count more (half-life 90 days), a negative one ten times.
FROM reputation;
