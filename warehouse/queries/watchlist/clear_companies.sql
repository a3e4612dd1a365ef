-- Drop the companies of the last watchlist.
DELETE FROM companies;
