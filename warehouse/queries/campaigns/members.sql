-- Return the members of all campaigns as they were last found.
FROM campaign_members ORDER BY campaign_id, source, review_id;
