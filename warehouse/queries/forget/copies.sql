-- Find the reviews of others that say the same in the same words: copies on other sites, perhaps.
SELECT DISTINCT other.source, other.review_id, other.listing_id
FROM review_versions AS other
ANTI JOIN forgotten_keys USING (source, review_id)
SEMI JOIN (
    SELECT text FROM review_versions SEMI JOIN forgotten_keys USING (source, review_id) WHERE length(text) >= 60
) AS own ON own.text = other.text
ORDER BY ALL;
