-- Which reviews wait for an answer, complaints first and the longest wait on top.
-- listing = : only this listing
-- complaints = true: false shows praise without an answer too
-- limit = 50: rows at most
SELECT source, listing_id, review_id, rating, label, round(p_negative, 2) AS p_negative, hours_waiting, case_status, due_at,
    posted_at, left(text, 200) AS text, url
FROM unanswered
WHERE ($listing::VARCHAR IS NULL OR listing_id = $listing)
    AND (is_complaint OR NOT $complaints::BOOLEAN)
ORDER BY is_complaint DESC, hours_waiting DESC, source, review_id
LIMIT $limit::BIGINT;
