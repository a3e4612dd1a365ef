-- Drop the places of the last watchlist.
DELETE FROM places;
