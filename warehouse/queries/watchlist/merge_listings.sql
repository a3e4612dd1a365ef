-- Bring the listings of this watchlist into the table of listings.
MERGE INTO listings AS known
USING batch AS new
ON known.source = new.source AND known.listing_id = new.listing_id
WHEN MATCHED THEN UPDATE SET company_id = new.company_id, place_id = new.place_id, target = new.target,
    enabled = new.enabled, responsible = new.responsible, escalation = new.escalation, in_watchlist = true
WHEN NOT MATCHED THEN INSERT (
    source, listing_id, company_id, place_id, target, enabled, responsible, escalation, in_watchlist
) VALUES (
    new.source, new.listing_id, new.company_id, new.place_id, new.target, new.enabled, new.responsible, new.escalation, true
);
