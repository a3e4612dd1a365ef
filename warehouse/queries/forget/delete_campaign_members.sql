-- Delete the campaigns of the noted reviews, which name them; the next run finds anew what is left.
DELETE FROM campaign_members WHERE campaign_id IN (
    SELECT member.campaign_id FROM campaign_members AS member SEMI JOIN forgotten_keys USING (source, review_id)
);
