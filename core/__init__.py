"""What every room agrees on: records, aspects, settings, the watchlist, redaction and the clock."""
