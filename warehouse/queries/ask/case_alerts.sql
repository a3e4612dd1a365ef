-- The alerts about one case and what became of them, oldest first.
-- source = : the site
-- review_id = : the review
SELECT planned_at, rule, level, destination, state, not_before, sent_at, attempts, reason
FROM alerts
WHERE source = $source AND review_id = $review_id
ORDER BY planned_at, level, destination;
