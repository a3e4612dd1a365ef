-- Take every listing as one that the watchlist no longer names; those that it names come back at once.
UPDATE listings SET in_watchlist = false WHERE in_watchlist;
