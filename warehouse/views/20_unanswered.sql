-- Reviews without a published reply, on sources that show replies, complaints first and the longest wait on top.
-- One sighting that lacks a known reply is not yet an unanswered review; two in a row are.
CREATE OR REPLACE VIEW unanswered AS
SELECT review.source, review.review_id, review.listing_id, listing.company_id, listing.place_id, review.url, review.rating,
    review.title, review.text, review.posted_at, review.first_seen_at, review.last_seen_at, review.reply_state,
    word.label, word.p_negative, handling.status AS case_status, handling.due_at,
    coalesce(handling.status <> 'dismissed', word.label = 'negative' OR review.rating <= 0.25, review.rating <= 0.25, false)
        AS is_complaint,
    round(greatest(date_diff('minute', coalesce(review.posted_at, review.first_seen_at), review.last_seen_at), 0) / 60, 1)
        AS hours_waiting
FROM reviews AS review
JOIN review_heads AS head USING (source, review_id)
LEFT JOIN listings AS listing ON listing.source = review.source AND listing.listing_id = review.listing_id
LEFT JOIN latest_predictions AS word ON word.source = review.source AND word.review_id = review.review_id
LEFT JOIN latest_cases AS handling ON handling.source = review.source AND handling.review_id = review.review_id
WHERE head.reply_seen_at IS NULL AND head.reply_known_at IS NOT NULL AND head.gone_at IS NULL
ORDER BY is_complaint DESC, hours_waiting DESC, review.source, review.review_id;
COMMENT ON VIEW unanswered IS 'Reviews without a published reply, on sources that show replies, complaints first and the longest wait on top.';
COMMENT ON COLUMN unanswered.source IS 'Name of the site.';
COMMENT ON COLUMN unanswered.review_id IS 'The review.';
COMMENT ON COLUMN unanswered.listing_id IS 'The listing.';
COMMENT ON COLUMN unanswered.company_id IS 'The company.';
COMMENT ON COLUMN unanswered.place_id IS 'The place.';
COMMENT ON COLUMN unanswered.url IS 'Where to answer.';
COMMENT ON COLUMN unanswered.rating IS '0 is one star of five, 1 is five.';
COMMENT ON COLUMN unanswered.title IS 'Title.';
COMMENT ON COLUMN unanswered.text IS 'Text.';
COMMENT ON COLUMN unanswered.posted_at IS 'When it was posted, as the source says.';
COMMENT ON COLUMN unanswered.first_seen_at IS 'When it was first seen.';
COMMENT ON COLUMN unanswered.last_seen_at IS 'Until when it is known to be unanswered.';
COMMENT ON COLUMN unanswered.reply_state IS 'What the source shows of a reply.';
COMMENT ON COLUMN unanswered.label IS 'What the model says of the text.';
COMMENT ON COLUMN unanswered.p_negative IS 'Calibrated probability that it is negative.';
COMMENT ON COLUMN unanswered.case_status IS 'Where its case stands, if it has one.';
COMMENT ON COLUMN unanswered.due_at IS 'End of the SLA of its case.';
COMMENT ON COLUMN unanswered.is_complaint IS 'It has a case that nobody dismissed, is judged negative, or has at most two stars of five.';
COMMENT ON COLUMN unanswered.hours_waiting IS 'Hours from posting (or first sighting) to the last look.';
