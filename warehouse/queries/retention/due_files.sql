-- Return the landing files to be emptied: all they hold is old enough, or they hold a deleted review that is due.
SELECT known.path
FROM landing_files AS known
WHERE known.kind = 'reviews' AND EXISTS (
    FROM sightings AS seen
    SEMI JOIN due_states USING (source, review_id)
    WHERE seen.run_id = known.run_id AND seen.source = known.source AND seen.listing_id = known.listing_id
)
UNION
SELECT known.path
FROM landing_files AS known
JOIN quarantine AS aside USING (path)
WHERE aside.seen_at < $text_limit AND aside.fragment <> ''
ORDER BY ALL;
