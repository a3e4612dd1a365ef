-- Return the reviews some of whose states have no words any more.
SELECT DISTINCT source, review_id FROM review_versions WHERE emptied_at IS NOT NULL;
