-- The listings of this morning, each with a name that no other listing has.
SELECT listing.source, listing.listing_id, listing.in_watchlist AND listing.enabled AS is_watched,
    coalesce(place.name, listing.listing_id) || ' · ' || listing.source AS short,
    CASE WHEN count(*) OVER (PARTITION BY short) > 1 THEN short || ' · ' || listing.listing_id ELSE short END
        AS listing
FROM listings AS listing
LEFT JOIN places AS place USING (place_id)
WHERE $person IS NULL OR listing.responsible = $person
ORDER BY listing;
