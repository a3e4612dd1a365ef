-- Listings whose silence is no good news, and why.
SELECT named.listing, gap.last_status, gap.last_error, gap.last_read_at
FROM coverage_gaps AS gap
JOIN named USING (source, listing_id)
ORDER BY gap.last_read_at NULLS FIRST, named.listing;
