-- The clock of the data: the newest run in the published copy, else the last look at any review.
SELECT coalesce((SELECT max(heartbeat_at) FROM runs), (SELECT max(last_seen_at) FROM reviews)) AS as_of;
