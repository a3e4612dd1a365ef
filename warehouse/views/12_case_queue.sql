-- Who waits: cases that nobody has answered, severe ones first, then by risk and deadline.
CREATE OR REPLACE VIEW case_queue AS
WITH waiting AS (
    FROM latest_cases WHERE status IN ('open', 'acknowledged', 'waiting_for_branch', 'disputed')
),
-- As latest_predictions, but only of what waits: a queue of ten does not sort what was said of a million.
said AS (
    SELECT prediction.source, prediction.review_id, prediction.evidence
    FROM predictions AS prediction
    SEMI JOIN waiting USING (source, review_id)
    SEMI JOIN review_heads USING (source, review_id, content_hash)
    QUALIFY row_number() OVER (PARTITION BY source, review_id ORDER BY scored_at DESC, model DESC) = 1
),
clock AS (
    SELECT coalesce((SELECT max(heartbeat_at) FROM runs), (SELECT max(last_seen_at) FROM reviews)) AS now
)
SELECT waiting.*, review.rating, review.title, review.text, review.url, review.posted_at, review.first_seen_at,
    listing.place_id, place.name AS place, listing.responsible,
    CASE WHEN waiting.opened_at > review.first_seen_at THEN waiting.opened_at
        ELSE coalesce(least(review.posted_at, review.first_seen_at), waiting.opened_at) END AS waits_since,
    round(greatest(date_diff('minute', waits_since, clock.now), 0) / 60, 1) AS hours_waiting,
    nullif(substring(
        review.text, said.evidence[1].start_char + 1, said.evidence[1].end_char - said.evidence[1].start_char
    ), '') AS worst_sentence
FROM waiting
CROSS JOIN clock
LEFT JOIN reviews AS review USING (source, review_id)
LEFT JOIN said USING (source, review_id)
LEFT JOIN listings AS listing ON listing.source = waiting.source AND listing.listing_id = waiting.listing_id
LEFT JOIN places AS place ON place.place_id = listing.place_id
ORDER BY waiting.severity DESC, waiting.risk DESC, waiting.due_at, waiting.source, waiting.review_id;
COMMENT ON VIEW case_queue IS 'Who waits: cases that nobody has answered, severe ones first, then by risk and deadline.';
COMMENT ON COLUMN case_queue.source IS 'Name of the site.';
COMMENT ON COLUMN case_queue.review_id IS 'The review.';
COMMENT ON COLUMN case_queue.due_at IS 'End of the SLA.';
COMMENT ON COLUMN case_queue.status IS 'open, acknowledged, waiting_for_branch or disputed.';
COMMENT ON COLUMN case_queue.responsible IS 'Person who answers.';
COMMENT ON COLUMN case_queue.reopen_no IS 'How often it had come back.';
COMMENT ON COLUMN case_queue.listing_id IS 'The listing under which it was seen.';
COMMENT ON COLUMN case_queue.opened_at IS 'When it opened.';
COMMENT ON COLUMN case_queue.is_baseline IS 'History at the first run of the listing: listed, never alerted one by one.';
COMMENT ON COLUMN case_queue.needs_check IS 'Not sure enough for an alert: goes to the digest as please check.';
COMMENT ON COLUMN case_queue.severity IS 'ordinary or severe.';
COMMENT ON COLUMN case_queue.severe_at IS 'When it became severe; NULL for ordinary ones.';
COMMENT ON COLUMN case_queue.risk IS 'What sorts the queue inside one severity.';
COMMENT ON COLUMN case_queue.assignee IS 'Who works on it.';
COMMENT ON COLUMN case_queue.snoozed_until IS 'Nothing is sent before this.';
COMMENT ON COLUMN case_queue.reply_quality IS 'What the check of the reply found.';
COMMENT ON COLUMN case_queue.reply_quotes IS 'The words of the reply that show it.';
COMMENT ON COLUMN case_queue.reply_hash IS 'Hash of the text of the reply that was checked.';
COMMENT ON COLUMN case_queue.root_cause IS 'promise, process, team or resources.';
COMMENT ON COLUMN case_queue.remedy IS 'What was done for the client.';
COMMENT ON COLUMN case_queue.answered_at IS 'When a published reply was found.';
COMMENT ON COLUMN case_queue.resolved_at IS 'When it was resolved.';
COMMENT ON COLUMN case_queue.verified_at IS 'When a person verified that.';
COMMENT ON COLUMN case_queue.close_reason IS 'Why it closed.';
COMMENT ON COLUMN case_queue.dismiss_reason IS 'Why it was dismissed.';
COMMENT ON COLUMN case_queue.rating IS '(value - worst) / (best - worst): one star of five is 0, five stars are 1.';
COMMENT ON COLUMN case_queue.text IS 'The body without the title; may be empty. Pros and cons stand under their own labels.';
COMMENT ON COLUMN case_queue.url IS 'Where a person reads and answers the review.';
COMMENT ON COLUMN case_queue.posted_at IS 'When the source says that it was posted, or last edited where the source overwrites that date.';
COMMENT ON COLUMN case_queue.place_id IS 'The place; NULL for the company as a whole.';
COMMENT ON COLUMN case_queue.place IS 'Its name.';
COMMENT ON COLUMN case_queue.title IS 'Title of the review.';
COMMENT ON COLUMN case_queue.first_seen_at IS 'When the review was first seen.';
COMMENT ON COLUMN case_queue.waits_since IS 'Since when the customer waits: posting, or what brought the case back later.';
COMMENT ON COLUMN case_queue.hours_waiting IS 'Hours between that and the last sign of life of any run.';
COMMENT ON COLUMN case_queue.worst_sentence IS 'The sentence of the text that hurts most; NULL where the model names none.';
COMMENT ON COLUMN case_queue.acknowledged_at IS 'When a person last took it up.';
COMMENT ON COLUMN case_queue.snoozed_at IS 'When it was snoozed.';
COMMENT ON COLUMN case_queue.disputed_at IS 'When the review was disputed with its site.';
COMMENT ON COLUMN case_queue.claimed_at IS 'When a person said that it is answered on the site.';
COMMENT ON COLUMN case_queue.reopened_by IS 'The person who opened it again; NULL where a fact did.';
COMMENT ON COLUMN case_queue.branch_person IS 'Who of the branch was asked what happened.';
COMMENT ON COLUMN case_queue.branch_question IS 'The question.';
COMMENT ON COLUMN case_queue.branch_asked_at IS 'When it was asked.';
COMMENT ON COLUMN case_queue.branch_due_at IS 'Until when an answer is expected.';
COMMENT ON COLUMN case_queue.branch_answer IS 'The answer.';
COMMENT ON COLUMN case_queue.branch_answered_at IS 'When it came.';
COMMENT ON COLUMN case_queue.steps IS 'What is done of investigate, solve, verify and courtesy.';
COMMENT ON COLUMN case_queue.remedy_amount IS 'What the remedy is worth, in the currency of the watchlist''s limits.';
