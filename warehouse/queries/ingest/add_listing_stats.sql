-- Keep what the listings display.
INSERT INTO listing_stats (source, listing_id, run_id, seen_at, displayed_rating, displayed_count, expected)
SELECT source, listing_id, run_id, finished_at, displayed_rating, displayed_count, expected
FROM new_coverage WHERE displayed_rating IS NOT NULL OR displayed_count IS NOT NULL OR expected IS NOT NULL;
