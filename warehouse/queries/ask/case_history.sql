-- What happened to one review and to its case, oldest first.
-- source = : the site
-- review_id = : the review
SELECT happened_at, what, who, how
FROM (
    SELECT seen_at AS happened_at, event AS what, 'the site' AS who,
        left(coalesce(nullif(new_value, ''), old_value, ''), 120) AS how, 0 AS place
    FROM review_events
    WHERE source = $source AND review_id = $review_id
    UNION ALL
    SELECT happened_at, 'case ' || event, actor, reason, 1
    FROM case_events
    WHERE source = $source AND review_id = $review_id
)
ORDER BY happened_at, place, what;
