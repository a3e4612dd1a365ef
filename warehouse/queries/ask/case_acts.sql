-- What people did with one case and what became of it, oldest first.
-- source = : the site
-- review_id = : the review
SELECT acted_at, actor, act, args, outcome, reason, act_id
FROM case_acts
WHERE source = $source AND review_id = $review_id
ORDER BY acted_at;
