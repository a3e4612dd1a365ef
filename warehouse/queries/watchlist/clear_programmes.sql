-- Drop the programmes of the last watchlist.
DELETE FROM programmes;
