-- Return when the states that are due were seen.
SELECT source, review_id, seen_at FROM sightings SEMI JOIN due_states USING (source, review_id, version) ORDER BY ALL;
