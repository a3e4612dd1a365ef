-- Find the events that are not known yet.
CREATE OR REPLACE TEMP TABLE new_events AS
SELECT * FROM found_events ANTI JOIN review_events USING (source, review_id, event, seen_at);
