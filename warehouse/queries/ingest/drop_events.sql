-- Drop events of the affected reviews that the larger set of sightings no longer shows.
DELETE FROM review_events AS known
WHERE EXISTS (FROM affected WHERE affected.source = known.source AND affected.review_id = known.review_id)
    AND NOT EXISTS (
        FROM found_events AS found
        WHERE found.source = known.source AND found.review_id = known.review_id
            AND found.event = known.event AND found.seen_at = known.seen_at
            AND found.previous_seen_at IS NOT DISTINCT FROM known.previous_seen_at
            AND found.old_value IS NOT DISTINCT FROM known.old_value
            AND found.new_value IS NOT DISTINCT FROM known.new_value
    );
