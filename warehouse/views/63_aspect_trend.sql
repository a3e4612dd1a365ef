-- How often each place is complained of for each aspect, by month, drawn towards its network's mean.
CREATE OR REPLACE VIEW aspect_trend AS
WITH months AS (
    SELECT network, place, date_trunc('month', said_at) AS month, count(*) AS reviews FROM judged_reviews GROUP BY ALL
),
named AS (
    SELECT network, place, date_trunc('month', said_at) AS month, unnest(aspects) AS aspect
    FROM judged_reviews WHERE is_complaint
),
hits AS (SELECT network, place, month, aspect, count(*) AS complaints FROM named GROUP BY ALL),
cells AS (
    SELECT months.network, months.place, months.month, family.aspect, family.family, months.reviews,
        coalesce(hits.complaints, 0) AS complaints,
        sum(coalesce(hits.complaints, 0)) OVER whole / sum(months.reviews) OVER whole AS network_share
    FROM months
    CROSS JOIN aspect_families AS family
    LEFT JOIN hits USING (network, place, month, aspect)
    WHERE family.aspect <> 'other'
    WINDOW whole AS (PARTITION BY months.network, months.month, family.aspect)
)
SELECT network, place, aspect, family, month, reviews, complaints, round(complaints / reviews, 3) AS share,
    round((complaints + 20 * network_share) / (reviews + 20), 3) AS shrunk_share, round(network_share, 3) AS network_share,
    round(shrunk_share - lag(shrunk_share) OVER (PARTITION BY network, place, aspect ORDER BY month), 3) AS change,
    reviews < 20 AS is_grey
FROM cells
ORDER BY network, place, aspect, month;
COMMENT ON VIEW aspect_trend IS 'How often each place is complained of for each aspect, by month, drawn towards its network''s mean.';
COMMENT ON COLUMN aspect_trend.network IS 'The company; the listing itself where only an import knows it.';
COMMENT ON COLUMN aspect_trend.place IS 'The place; the listing where it has none.';
COMMENT ON COLUMN aspect_trend.aspect IS 'What is complained of.';
COMMENT ON COLUMN aspect_trend.family IS 'process, result or expectation.';
COMMENT ON COLUMN aspect_trend.month IS 'Month of posting.';
COMMENT ON COLUMN aspect_trend.reviews IS 'Judged reviews of the place in this month.';
COMMENT ON COLUMN aspect_trend.complaints IS 'Complaints among them that speak about the aspect.';
COMMENT ON COLUMN aspect_trend.share IS 'complaints / reviews.';
COMMENT ON COLUMN aspect_trend.shrunk_share IS 'The same with 20 reviews of the network''s share added: a small place is judged mostly by its network.';
COMMENT ON COLUMN aspect_trend.network_share IS 'The network''s share in this month.';
COMMENT ON COLUMN aspect_trend.change IS 'shrunk_share against the month before that has reviews.';
COMMENT ON COLUMN aspect_trend.is_grey IS 'Fewer than 20 reviews: too few to speak of.';
