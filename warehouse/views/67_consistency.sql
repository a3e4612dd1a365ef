-- How reliably places satisfy over the last 90 days, and how far the places of a network lie apart.
CREATE OR REPLACE VIEW consistency AS
WITH clock AS (SELECT max(last_seen_at) AS now FROM reviews),
counted AS (
    SELECT judged.network, judged.place, count(*) AS reviews, count(*) FILTER (judged.is_satisfied) AS satisfied
    FROM judged_reviews AS judged CROSS JOIN clock WHERE judged.said_at > clock.now - INTERVAL 90 DAY
    GROUP BY judged.network, judged.place
),
shares AS (
    SELECT network, place, reviews, satisfied, round(satisfied / reviews, 3) AS satisfied_share,
        round((satisfied + 20 * (sum(satisfied) OVER whole / sum(reviews) OVER whole)) / (reviews + 20), 3) AS shrunk_share,
        reviews < 20 AS is_grey
    FROM counted WINDOW whole AS (PARTITION BY network)
)
SELECT 'place' AS scope, network, place, reviews, satisfied, satisfied_share, shrunk_share, NULL::BIGINT AS places,
    NULL::DOUBLE AS spread, NULL::VARCHAR AS worst_place, NULL::VARCHAR AS best_place, is_grey
FROM shares
UNION ALL
SELECT 'network', network, NULL, sum(reviews)::BIGINT, sum(satisfied)::BIGINT, round(sum(satisfied) / sum(reviews), 3),
    round(sum(satisfied) / sum(reviews), 3), count(*) FILTER (NOT is_grey),
    round(max(shrunk_share) FILTER (NOT is_grey) - min(shrunk_share) FILTER (NOT is_grey), 3),
    arg_min(place, shrunk_share) FILTER (NOT is_grey), arg_max(place, shrunk_share) FILTER (NOT is_grey), sum(reviews) < 20
FROM shares GROUP BY network
ORDER BY scope, network, shrunk_share, place;
COMMENT ON VIEW consistency IS 'How reliably places satisfy over the last 90 days, and how far the places of a network lie apart.';
COMMENT ON COLUMN consistency.scope IS 'place or network.';
COMMENT ON COLUMN consistency.network IS 'The company; the listing itself where only an import knows it.';
COMMENT ON COLUMN consistency.place IS 'The place; the listing where it has none; NULL for the network.';
COMMENT ON COLUMN consistency.reviews IS 'Judged reviews.';
COMMENT ON COLUMN consistency.satisfied IS 'Satisfied ones, see judged_reviews.';
COMMENT ON COLUMN consistency.satisfied_share IS 'satisfied / reviews.';
COMMENT ON COLUMN consistency.shrunk_share IS 'For a place with 20 reviews of the network''s share added.';
COMMENT ON COLUMN consistency.places IS 'Of a network: places with at least 20 reviews.';
COMMENT ON COLUMN consistency.spread IS 'Of a network: the largest shrunk share less the smallest among these.';
COMMENT ON COLUMN consistency.worst_place IS 'The place with the smallest.';
COMMENT ON COLUMN consistency.best_place IS 'The place with the largest.';
COMMENT ON COLUMN consistency.is_grey IS 'Fewer than 20 reviews: too few to speak of.';
