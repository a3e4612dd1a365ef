-- Place by aspect over the last 90 days in red, yellow, green or grey, and the whole network by month with its worst place.
CREATE OR REPLACE VIEW traffic_light AS
WITH clock AS (SELECT max(last_seen_at) AS now FROM reviews),
recent AS (
    SELECT judged.* FROM judged_reviews AS judged CROSS JOIN clock WHERE judged.said_at > clock.now - INTERVAL 90 DAY
),
sizes AS (SELECT network, place, count(*) AS reviews FROM recent GROUP BY ALL),
named AS (SELECT network, place, unnest(aspects) AS aspect FROM recent WHERE is_complaint),
hits AS (SELECT network, place, aspect, count(*) AS complaints FROM named GROUP BY ALL),
places AS (
    SELECT 'place' AS scope, sizes.network, sizes.place, family.aspect, family.family,
        clock.now - INTERVAL 90 DAY AS period_from, clock.now AS period_to, sizes.reviews,
        coalesce(hits.complaints, 0) AS complaints,
        sum(coalesce(hits.complaints, 0)) OVER whole / sum(sizes.reviews) OVER whole AS mean_share,
        NULL::VARCHAR AS worst_place, NULL::DOUBLE AS worst_share
    FROM sizes
    CROSS JOIN clock
    CROSS JOIN aspect_families AS family
    LEFT JOIN hits USING (network, place, aspect)
    WHERE family.aspect <> 'other'
    WINDOW whole AS (PARTITION BY sizes.network, family.aspect)
),
networks AS (
    SELECT 'network' AS scope, network, NULL::VARCHAR AS place, aspect, any_value(family) AS family, month AS period_from,
        month + INTERVAL 1 MONTH AS period_to, sum(reviews)::BIGINT AS reviews, sum(complaints)::BIGINT AS complaints,
        any_value(network_share) AS mean_share,
        arg_max(place, shrunk_share) FILTER (NOT is_grey) AS worst_place,
        max(shrunk_share) FILTER (NOT is_grey) AS worst_share
    FROM aspect_trend GROUP BY network, aspect, month
)
SELECT scope, network, place, aspect, family, period_from, period_to, reviews, complaints,
    round(complaints / reviews, 3) AS share,
    CASE scope WHEN 'place' THEN round((complaints + 20 * mean_share) / (reviews + 20), 3) ELSE share END AS shrunk_share,
    CASE WHEN reviews < 20 THEN 'grey' WHEN shrunk_share >= 0.15 THEN 'red' WHEN shrunk_share >= 0.05 THEN 'yellow'
        ELSE 'green' END AS light,
    round(mean_share, 3) AS mean_share, worst_place, worst_share
FROM (FROM places UNION ALL FROM networks)
ORDER BY scope DESC, network, period_from, place, shrunk_share DESC, aspect;
COMMENT ON VIEW traffic_light IS 'Place by aspect over the last 90 days in red, yellow, green or grey, and the whole network by month with its worst place.';
COMMENT ON COLUMN traffic_light.scope IS 'place (the last 90 days) or network (a month).';
COMMENT ON COLUMN traffic_light.network IS 'The company; the listing itself where only an import knows it.';
COMMENT ON COLUMN traffic_light.place IS 'The place; the listing where it has none; NULL for the network.';
COMMENT ON COLUMN traffic_light.aspect IS 'The criterion.';
COMMENT ON COLUMN traffic_light.family IS 'process, result or expectation.';
COMMENT ON COLUMN traffic_light.period_from IS 'Since when reviews count.';
COMMENT ON COLUMN traffic_light.period_to IS 'Until when.';
COMMENT ON COLUMN traffic_light.reviews IS 'Judged reviews.';
COMMENT ON COLUMN traffic_light.complaints IS 'Complaints among them that speak about the aspect.';
COMMENT ON COLUMN traffic_light.share IS 'complaints / reviews.';
COMMENT ON COLUMN traffic_light.shrunk_share IS 'For a place with 20 reviews of the network''s share added.';
COMMENT ON COLUMN traffic_light.light IS 'red from 15 % of shrunk_share, yellow from 5 %, else green; grey under 20 reviews.';
COMMENT ON COLUMN traffic_light.mean_share IS 'The network''s share in the period.';
COMMENT ON COLUMN traffic_light.worst_place IS 'Of a network: the place with the largest shrunk share that month among those with 20 reviews.';
COMMENT ON COLUMN traffic_light.worst_share IS 'Its shrunk share.';
