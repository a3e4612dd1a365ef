-- Reviews whose stars and words disagree: praise with one or two stars, or a complaint with five.
CREATE OR REPLACE VIEW mismatches AS
SELECT review.source, review.review_id, review.listing_id, review.rating, word.label, word.p_negative, word.p_positive,
    CASE WHEN review.rating >= 0.99 THEN 'five stars with a complaint' ELSE 'few stars with praise' END AS kind,
    review.title, review.text, review.url, word.evidence[1].p_negative AS p_sentence,
    nullif(substring(
        review.text, word.evidence[1].start_char + 1, word.evidence[1].end_char - word.evidence[1].start_char
    ), '') AS worst_sentence
FROM reviews AS review
JOIN latest_predictions AS word USING (source, review_id)
WHERE (review.rating >= 0.99 AND word.label = 'negative') OR (review.rating <= 0.25 AND word.label = 'positive')
ORDER BY word.p_negative DESC, review.source, review.review_id;
COMMENT ON VIEW mismatches IS 'Reviews whose stars and words disagree: praise with one or two stars, or a complaint with five.';
COMMENT ON COLUMN mismatches.source IS 'Name of the site.';
COMMENT ON COLUMN mismatches.review_id IS 'The review.';
COMMENT ON COLUMN mismatches.listing_id IS 'The listing.';
COMMENT ON COLUMN mismatches.rating IS '0 is one star of five, 1 is five.';
COMMENT ON COLUMN mismatches.label IS 'What the model says.';
COMMENT ON COLUMN mismatches.p_negative IS 'Probability of negative.';
COMMENT ON COLUMN mismatches.p_positive IS 'Probability of positive.';
COMMENT ON COLUMN mismatches.kind IS 'Which way they disagree.';
COMMENT ON COLUMN mismatches.title IS 'Title.';
COMMENT ON COLUMN mismatches.text IS 'Text.';
COMMENT ON COLUMN mismatches.url IS 'Where to read it.';
COMMENT ON COLUMN mismatches.p_sentence IS 'Probability of negative of the sentence that hurts most; NULL where the model names none.';
COMMENT ON COLUMN mismatches.worst_sentence IS 'That sentence.';
