-- Return every alert that was planned about one review, with its present state, oldest first.
SELECT alert_key, reopen_no, rule, level, destination, planned_at, not_before, folded, state, sent_at, next_try_at,
    attempts, reason, covered_by
FROM alerts WHERE source = $source AND review_id = $review_id
ORDER BY planned_at, level, rule, destination;
