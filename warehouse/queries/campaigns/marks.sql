-- Return the reviews that share something with another one: a band, an author, words on two sites, a burst.
WITH told AS (
    SELECT source, review_id, is_praise, company, unnest(bands) AS band FROM campaign_marks WHERE words >= $least_words
),
alike AS (
    SELECT DISTINCT source, review_id FROM told
    QUALIFY count(*) OVER (PARTITION BY is_praise, company, band) > 1
),
same_author AS (
    SELECT source, review_id FROM campaign_marks
    WHERE NOT is_praise AND author_key IS NOT NULL AND authors_reviews BETWEEN 2 AND $author_most
    QUALIFY count(*) OVER (PARTITION BY source, company, author_key) > 1
),
copies AS (
    SELECT source, review_id FROM campaign_marks
    WHERE NOT is_praise AND words > 0
    QUALIFY min(source) OVER (PARTITION BY place, words_hash) <> max(source) OVER (PARTITION BY place, words_hash)
),
cut AS (
    SELECT mail.source, mail.review_id, review.source AS other_source, review.review_id AS other_id
    FROM campaign_marks AS mail
    JOIN campaign_marks AS review ON review.place = mail.place AND review.source <> 'mail' AND NOT review.is_praise
        AND abs(date_diff('hour', review.moment, mail.moment)) <= 24 * $copy_days
    WHERE mail.source = 'mail' AND NOT mail.is_praise AND review.words > mail.words
),
tied AS (
    SELECT source, review_id FROM alike
    UNION SELECT source, review_id FROM same_author
    UNION SELECT source, review_id FROM copies
    UNION SELECT source, review_id FROM cut
    UNION SELECT other_source, other_id FROM cut
    UNION SELECT source, review_id FROM campaign_bursts
)
SELECT mark.* EXCLUDE (scope), burst.scope AS burst, concat_ws(' ', review.title, review.text) AS text
FROM campaign_marks AS mark
SEMI JOIN tied USING (source, review_id)
JOIN reviews AS review USING (source, review_id)
LEFT JOIN campaign_bursts AS burst ON burst.source = mark.source AND burst.review_id = mark.review_id;
