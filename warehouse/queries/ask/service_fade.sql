-- What each programme of the watchlist changed, and whether that fades.
FROM service_fade;
