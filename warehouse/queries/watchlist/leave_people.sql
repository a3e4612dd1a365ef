-- Take every person as one whom the watchlist no longer names; those whom it names come back at once.
UPDATE people SET in_watchlist = false WHERE in_watchlist;
