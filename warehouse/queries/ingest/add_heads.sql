-- Keep what was derived of the affected reviews.
INSERT INTO review_heads BY NAME SELECT * EXCLUDE (first_seen_at, dated) FROM heads;
