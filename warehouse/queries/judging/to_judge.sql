-- Return one review of each content that this model has to judge, newest first.
SELECT review.* EXCLUDE (first_seen_at, last_seen_at)
FROM (
    SELECT wanting.*
    FROM wanting
    ANTI JOIN (FROM predictions WHERE model = $model) AS own USING (content_hash)
    QUALIFY row_number() OVER (PARTITION BY content_hash ORDER BY source, review_id) = 1
) AS chosen
JOIN reviews AS review USING (source, review_id)
ORDER BY review.posted_at DESC NULLS LAST, review.source, review.review_id
LIMIT $limit;
