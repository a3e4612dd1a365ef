-- Return how steadily each place satisfies.
SELECT network, place, reviews, satisfied_share, is_grey FROM consistency WHERE scope = 'place' ORDER BY network, place;
