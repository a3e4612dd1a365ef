-- Return how each enabled listing of the watchlist was last read.
SELECT listing_id, last_status AS status, last_error AS error, last_tried_at AS tried_at, last_read_at AS read_at
FROM coverage_state ORDER BY listing_id;
