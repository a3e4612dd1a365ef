-- Note the listings that only landing files name.
INSERT INTO listings (source, listing_id, enabled, in_watchlist)
SELECT DISTINCT source, listing_id, true, false FROM (
    SELECT source, listing_id FROM fresh
    UNION
    SELECT source, listing_id FROM new_coverage
)
ANTI JOIN listings USING (source, listing_id);
