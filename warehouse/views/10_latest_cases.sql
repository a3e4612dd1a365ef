-- The latest case of each review: the one that counts.
CREATE OR REPLACE VIEW latest_cases AS
FROM cases
QUALIFY row_number() OVER (PARTITION BY source, review_id ORDER BY reopen_no DESC) = 1;
COMMENT ON VIEW latest_cases IS 'The latest case of each review: the one that counts.';
COMMENT ON COLUMN latest_cases.source IS 'Name of the site.';
COMMENT ON COLUMN latest_cases.review_id IS 'The review.';
COMMENT ON COLUMN latest_cases.reopen_no IS 'How often it had come back.';
COMMENT ON COLUMN latest_cases.status IS 'Where its handling stands.';
COMMENT ON COLUMN latest_cases.due_at IS 'End of its SLA.';
COMMENT ON COLUMN latest_cases.listing_id IS 'The listing under which it was seen.';
COMMENT ON COLUMN latest_cases.opened_at IS 'When it opened.';
COMMENT ON COLUMN latest_cases.is_baseline IS 'History at the first run of the listing: listed, never alerted one by one.';
COMMENT ON COLUMN latest_cases.needs_check IS 'Not sure enough for an alert: goes to the digest as please check.';
COMMENT ON COLUMN latest_cases.severity IS 'ordinary or severe.';
COMMENT ON COLUMN latest_cases.severe_at IS 'When it became severe; NULL for ordinary ones.';
COMMENT ON COLUMN latest_cases.risk IS 'What sorts the queue inside one severity.';
COMMENT ON COLUMN latest_cases.assignee IS 'Who works on it.';
COMMENT ON COLUMN latest_cases.snoozed_until IS 'Nothing is sent before this.';
COMMENT ON COLUMN latest_cases.reply_quality IS 'What the check of the reply found.';
COMMENT ON COLUMN latest_cases.reply_quotes IS 'The words of the reply that show it.';
COMMENT ON COLUMN latest_cases.reply_hash IS 'Hash of the text of the reply that was checked.';
COMMENT ON COLUMN latest_cases.root_cause IS 'promise, process, team or resources.';
COMMENT ON COLUMN latest_cases.remedy IS 'What was done for the client.';
COMMENT ON COLUMN latest_cases.answered_at IS 'When a published reply was found.';
COMMENT ON COLUMN latest_cases.resolved_at IS 'When it was resolved.';
COMMENT ON COLUMN latest_cases.verified_at IS 'When a person verified that.';
COMMENT ON COLUMN latest_cases.close_reason IS 'Why it closed.';
COMMENT ON COLUMN latest_cases.dismiss_reason IS 'Why it was dismissed.';
