-- Find the short texts (and reviews without any) of which far more than usual came within hours.
-- That is counted by company for complaints, by listing for praise. Usual is the mean of the 30 days before, or of what
-- is known of them.
CREATE OR REPLACE TEMP TABLE campaign_bursts AS
WITH short AS (
    SELECT source, review_id, scope, listing_id, moment, count(*) OVER (PARTITION BY scope) AS alike
    FROM campaign_marks WHERE words < $least_words
),
began AS (SELECT scope, min(first_at) AS first_at FROM (
    SELECT short.scope, min(mark.moment) AS first_at
    FROM (SELECT DISTINCT scope, listing_id FROM short WHERE alike >= $burst_least) AS short
    JOIN campaign_marks AS mark USING (listing_id)
    GROUP BY short.scope, short.listing_id
) GROUP BY scope),
counted AS (
    SELECT scope, moment,
        count(*) OVER (PARTITION BY scope ORDER BY moment RANGE BETWEEN to_hours($burst_hours) PRECEDING AND CURRENT ROW)
            AS now,
        count(*) OVER (
            PARTITION BY scope ORDER BY moment
            RANGE BETWEEN to_hours($burst_hours + 720) PRECEDING AND to_hours($burst_hours) PRECEDING
        ) AS before
    FROM short WHERE alike >= $burst_least
),
ends AS (
    SELECT DISTINCT counted.scope, counted.moment
    FROM counted JOIN began USING (scope)
    WHERE now >= $burst_least AND now >= $burst_factor * $burst_hours * before
        / greatest(least(date_diff('hour', began.first_at, counted.moment) - $burst_hours, 720), 24)
)
SELECT DISTINCT short.source, short.review_id, short.scope
FROM short JOIN ends ON ends.scope = short.scope
    AND short.moment <= ends.moment AND short.moment >= ends.moment - to_hours($burst_hours);
