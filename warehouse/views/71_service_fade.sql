-- What each programme changed, in the three months before its start and up to months 3, 6, 9 and 12 after it.
CREATE OR REPLACE VIEW service_fade AS
WITH clock AS (SELECT max(last_seen_at) AS now FROM reviews),
periods AS (
    SELECT programme.programme_id, programme.name, programme.place_id, checkpoint.months,
        (programme.started_on + to_months(checkpoint.months - 3))::TIMESTAMPTZ AS period_from,
        (programme.started_on + to_months(checkpoint.months))::TIMESTAMPTZ AS period_to
    FROM programmes AS programme
    CROSS JOIN (VALUES (0), (3), (6), (9), (12)) AS checkpoint (months)
),
counted AS (
    SELECT periods.programme_id, periods.name, periods.months, periods.period_from, periods.period_to,
        count(judged.review_id) AS reviews, count(*) FILTER (judged.is_complaint) AS complaints,
        round(avg(judged.rating), 3) AS rating,
        count(*) FILTER (head.reply_known_at IS NOT NULL) AS answerable,
        count(*) FILTER (head.reply_known_at IS NOT NULL AND head.reply_seen_at IS NOT NULL) AS answered
    FROM periods
    LEFT JOIN judged_reviews AS judged
        ON judged.said_at >= periods.period_from AND judged.said_at < periods.period_to
        AND (periods.place_id IS NULL OR judged.place = periods.place_id)
    LEFT JOIN review_heads AS head ON head.source = judged.source AND head.review_id = judged.review_id
    GROUP BY ALL
),
compared AS (
    SELECT counted.*, first.reviews AS first_reviews, first.complaints AS first_complaints,
        (counted.complaints + first.complaints) / nullif(counted.reviews + first.reviews, 0) AS pooled
    FROM counted JOIN counted AS first ON first.programme_id = counted.programme_id AND first.months = 3
)
SELECT programme_id, name, months, period_from, period_to, period_to <= clock.now AS is_over, reviews, complaints,
    round(complaints / nullif(reviews, 0), 3) AS complaint_share, rating,
    round(answered / nullif(answerable, 0), 3) AS reply_share, first_reviews, first_complaints,
    CASE WHEN months > 3 THEN round(complaints / nullif(reviews, 0) - first_complaints / nullif(first_reviews, 0), 3) END AS change,
    CASE WHEN months > 3 AND pooled > 0 AND pooled < 1 THEN
        round((complaints / reviews - first_complaints / first_reviews)
            / sqrt(pooled * (1 - pooled) * (1 / nullif(reviews, 0) + 1 / nullif(first_reviews, 0))), 2)
    END AS z,
    reviews < 20 OR first_reviews < 20 AS is_grey,
    coalesce(is_over AND NOT is_grey AND z >= 1.645, false) AS is_fading
FROM compared CROSS JOIN clock
ORDER BY programme_id, months;
COMMENT ON VIEW service_fade IS 'What each programme changed, in the three months before its start and up to months 3, 6, 9 and 12 after it.';
COMMENT ON COLUMN service_fade.programme_id IS 'The programme of the watchlist.';
COMMENT ON COLUMN service_fade.name IS 'Its name.';
COMMENT ON COLUMN service_fade.months IS 'The checkpoint: 0 is the three months before the start, 3 the first three after it, and so on.';
COMMENT ON COLUMN service_fade.period_from IS 'Since when reviews count.';
COMMENT ON COLUMN service_fade.period_to IS 'Until when.';
COMMENT ON COLUMN service_fade.is_over IS 'Whether the period was over at the last look.';
COMMENT ON COLUMN service_fade.reviews IS 'Judged reviews of its places.';
COMMENT ON COLUMN service_fade.complaints IS 'Complaints among them.';
COMMENT ON COLUMN service_fade.complaint_share IS 'complaints / reviews.';
COMMENT ON COLUMN service_fade.rating IS 'Mean rating.';
COMMENT ON COLUMN service_fade.reply_share IS 'Reviews with a published reply, where the source shows replies: the discipline of answering.';
COMMENT ON COLUMN service_fade.first_reviews IS 'Reviews of the first three months.';
COMMENT ON COLUMN service_fade.first_complaints IS 'Complaints among them.';
COMMENT ON COLUMN service_fade.change IS 'Complaint share against the first three months.';
COMMENT ON COLUMN service_fade.z IS 'That difference in standard errors (two proportions, pooled).';
COMMENT ON COLUMN service_fade.is_grey IS 'Fewer than 20 reviews in this period or the first: too few to speak of.';
COMMENT ON COLUMN service_fade.is_fading IS 'Complained of more than in the first three months, beyond chance (one-sided 5 %).';
