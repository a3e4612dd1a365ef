-- How each listing answers, by month: speed, form, what came back and what it changed, always together and never by person.
CREATE OR REPLACE VIEW response_scorecard AS
WITH replies AS (
    SELECT source, listing_id, date_trunc('month', posted_at) AS month, count(*) AS replies,
        round(median(hours_to), 1) AS median_hours, round(quantile_cont(hours_to, 0.9), 1) AS slow_hours
    FROM response_times WHERE hours_to IS NOT NULL GROUP BY ALL
),
handled AS (
    SELECT known.source, known.listing_id, date_trunc('month', coalesce(review.posted_at, review.first_seen_at)) AS month,
        count(*) AS cases, count(*) FILTER (known.reply_quality IS NOT NULL) AS checked,
        count(*) FILTER (known.reply_quality = 'boilerplate') AS boilerplate, count(*) FILTER (known.reopen_no > 0) AS reopened
    FROM latest_cases AS known JOIN reviews AS review USING (source, review_id) GROUP BY ALL
),
outcomes AS (
    SELECT source, listing_id, date_trunc('month', said_at) AS month, count(*) AS low_answered, avg(change) AS rating_change
    FROM reply_outcomes WHERE is_answered GROUP BY ALL
)
SELECT replies.source, replies.listing_id, listing.place_id, replies.month, replies.replies, replies.median_hours,
    replies.slow_hours, coalesce(handled.cases, 0) AS cases,
    round(handled.boilerplate / nullif(handled.checked, 0), 3) AS boilerplate_share,
    round(handled.reopened / nullif(handled.cases, 0), 3) AS reopened_share, round(outcomes.rating_change, 3) AS rating_change,
    replies.replies < 20 AS is_grey
FROM replies
LEFT JOIN handled USING (source, listing_id, month)
LEFT JOIN outcomes USING (source, listing_id, month)
LEFT JOIN listings AS listing ON listing.source = replies.source AND listing.listing_id = replies.listing_id
ORDER BY replies.source, replies.listing_id, replies.month;
COMMENT ON VIEW response_scorecard IS 'How each listing answers, by month: speed, form, what came back and what it changed, always together and never by person.';
COMMENT ON COLUMN response_scorecard.source IS 'Name of the site.';
COMMENT ON COLUMN response_scorecard.listing_id IS 'The listing.';
COMMENT ON COLUMN response_scorecard.place_id IS 'The place.';
COMMENT ON COLUMN response_scorecard.month IS 'Month in which the reviews were posted.';
COMMENT ON COLUMN response_scorecard.replies IS 'First replies whose time is known at least as a bound.';
COMMENT ON COLUMN response_scorecard.median_hours IS 'Half of them took at most so long (their upper bound).';
COMMENT ON COLUMN response_scorecard.slow_hours IS 'Nine of ten took at most so long.';
COMMENT ON COLUMN response_scorecard.cases IS 'Complaints of that month.';
COMMENT ON COLUMN response_scorecard.boilerplate_share IS 'Near copies of other replies among the checked ones.';
COMMENT ON COLUMN response_scorecard.reopened_share IS 'Complaints that came back at least once.';
COMMENT ON COLUMN response_scorecard.rating_change IS 'Mean change of the rating after a reply to at most three stars: 0.25 is one star of five.';
COMMENT ON COLUMN response_scorecard.is_grey IS 'Fewer than 20 replies: too few to speak of.';
