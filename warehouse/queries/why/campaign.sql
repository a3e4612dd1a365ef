-- Return the members of the campaign that one review belongs to.
SELECT member.*
FROM campaign_members AS member
SEMI JOIN (
    SELECT campaign_id FROM campaign_members WHERE source = $source AND review_id = $review_id
) AS own USING (campaign_id)
ORDER BY leads DESC, source, review_id;
