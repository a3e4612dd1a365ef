-- The most telling sentence of complaints, the worst three of each listing in the last 90 days. Sentences of at
-- least 30 characters come first: "Awful!" hurts, but does not tell what about.
WITH sentences AS (
    SELECT complaints.listing, complaints.state, review.*, part.start_char AS start_char,
        part.end_char AS end_char, part.p_negative AS p_sentence, end_char - start_char >= 30 AS is_telling
    FROM complaints
    JOIN reviews AS review USING (source, review_id)
    JOIN latest_predictions AS word USING (source, review_id)
    CROSS JOIN unnest(word.evidence) AS sentence(part)
    CROSS JOIN clock
    WHERE complaints.posted_at > clock.as_of - INTERVAL 90 DAY
    QUALIFY row_number() OVER (
        PARTITION BY complaints.source, complaints.review_id ORDER BY is_telling DESC, p_sentence DESC
    ) = 1
)
SELECT listing, rating, text, url, state, start_char, end_char
FROM sentences
QUALIFY row_number() OVER (
    PARTITION BY listing ORDER BY is_telling DESC, p_sentence DESC, source, review_id
) <= 3
ORDER BY listing, is_telling DESC, p_sentence DESC, source, review_id;
