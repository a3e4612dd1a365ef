-- What was wrong with the readings of the last runs, by their own account and by the history of the listing.
-- listing = : only this listing
-- limit = 50: rows at most
FROM coverage_problems
WHERE $listing::VARCHAR IS NULL OR listing_id = $listing
ORDER BY found_at DESC, source, listing_id, rule
LIMIT $limit::BIGINT;
