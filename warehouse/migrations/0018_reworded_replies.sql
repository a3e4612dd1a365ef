-- Since when the words of a reply stand, and what a person does with replies.

ALTER TABLE review_heads ADD COLUMN reply_worded_at TIMESTAMPTZ;
COMMENT ON COLUMN review_heads.reply_worded_at IS 'First sighting of the words of the published reply that stands now: later than reply_seen_at where its owner edited it.';
UPDATE review_heads SET reply_worded_at = reply_seen_at;
UPDATE review_heads SET reply_worded_at = greatest(reply_seen_at, reworded.seen_at)
FROM (
    SELECT source, review_id, max(seen_at) AS seen_at FROM review_events WHERE event = 'reply_edited' GROUP BY ALL
) AS reworded
WHERE reworded.source = review_heads.source AND reworded.review_id = review_heads.review_id
    AND review_heads.reply_seen_at IS NOT NULL;

COMMENT ON COLUMN case_acts.act IS 'acknowledge, assign, ask_branch, answer_branch, snooze, wake, dispute, dismiss, claim, resolve, note, reopen, step, propose_reply, post_reply or fail_reply.';
