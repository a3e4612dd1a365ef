-- Count what a warehouse holds.
SELECT 'reviews' AS name, count(*) FROM reviews
UNION ALL SELECT 'events', count(*) FROM review_events
UNION ALL SELECT 'predictions', count(*) FROM predictions
UNION ALL SELECT 'cases', count(*) FROM cases
UNION ALL SELECT 'alerts', count(*) FROM alerts;
