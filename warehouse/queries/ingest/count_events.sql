-- Count the new events by their kind.
SELECT event, count(*) FROM new_events GROUP BY event;
