-- What was last said of the present content of each review.
CREATE OR REPLACE VIEW latest_predictions AS
SELECT prediction.*, prediction.language NOT IN ('ru', 'uk', 'en') AS low_confidence
FROM predictions AS prediction
SEMI JOIN review_heads USING (source, review_id, content_hash)
QUALIFY row_number() OVER (PARTITION BY source, review_id ORDER BY scored_at DESC, model DESC) = 1;
COMMENT ON VIEW latest_predictions IS 'What was last said of the present content of each review.';
COMMENT ON COLUMN latest_predictions.source IS 'Name of the site.';
COMMENT ON COLUMN latest_predictions.review_id IS 'The review.';
COMMENT ON COLUMN latest_predictions.p_negative IS 'Calibrated probability that it is negative.';
COMMENT ON COLUMN latest_predictions.label IS 'negative, neutral or positive.';
COMMENT ON COLUMN latest_predictions.model IS 'name@revision.';
COMMENT ON COLUMN latest_predictions.content_hash IS 'Hash of the judged title, text and rating.';
COMMENT ON COLUMN latest_predictions.p_neutral IS 'Probability of neutral.';
COMMENT ON COLUMN latest_predictions.p_positive IS 'Probability of positive.';
COMMENT ON COLUMN latest_predictions.language IS 'Detected language, ISO 639-1, or und.';
COMMENT ON COLUMN latest_predictions.aspects IS 'Aspects that it speaks about, with probabilities.';
COMMENT ON COLUMN latest_predictions.evidence IS 'Sentences as offsets into text, worst first.';
COMMENT ON COLUMN latest_predictions.severity IS 'ordinary or severe.';
COMMENT ON COLUMN latest_predictions.risk IS 'What sorts the queue inside one severity.';
COMMENT ON COLUMN latest_predictions.scored_at IS 'When it was judged.';
COMMENT ON COLUMN latest_predictions.low_confidence IS 'Whether the text is in a language that the model was not trained in, or in none.';
