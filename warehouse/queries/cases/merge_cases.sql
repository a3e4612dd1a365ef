-- Bring the new states of cases into the table of cases.
MERGE INTO cases AS known
USING batch AS new
ON known.source = new.source AND known.review_id = new.review_id AND known.reopen_no = new.reopen_no
WHEN MATCHED THEN UPDATE SET
    listing_id = new.listing_id, opened_at = new.opened_at, is_baseline = new.is_baseline, needs_check =
    new.needs_check, severity = new.severity, severe_at = new.severe_at, risk = new.risk, due_at = new.due_at, status = new.status,
    assignee = new.assignee, snoozed_until = new.snoozed_until, reply_quality = new.reply_quality,
    reply_quotes = new.reply_quotes, reply_hash = new.reply_hash, root_cause =
    new.root_cause, remedy = new.remedy, answered_at = new.answered_at, resolved_at = new.resolved_at,
    verified_at = new.verified_at, close_reason = new.close_reason, dismiss_reason = new.dismiss_reason
WHEN NOT MATCHED THEN INSERT (
    source, review_id, reopen_no, listing_id, opened_at, is_baseline, needs_check, severity, severe_at, risk, due_at,
    status, assignee, snoozed_until, reply_quality, reply_quotes, reply_hash, root_cause, remedy, answered_at, resolved_at, verified_at,
    close_reason, dismiss_reason
) VALUES (
    new.source, new.review_id, new.reopen_no, new.listing_id, new.opened_at, new.is_baseline, new.needs_check,
    new.severity, new.severe_at, new.risk, new.due_at, new.status, new.assignee, new.snoozed_until, new.reply_quality,
    new.reply_quotes, new.reply_hash, new.root_cause, new.remedy, new.answered_at, new.resolved_at, new.verified_at, new.close_reason,
    new.dismiss_reason
);
