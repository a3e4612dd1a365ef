-- Give the reviews whose content this model has judged elsewhere the same prediction.
INSERT INTO predictions BY NAME
SELECT wanting.source, wanting.review_id, known.* EXCLUDE (source, review_id)
FROM wanting
JOIN (
    FROM predictions WHERE model = $model
    QUALIFY row_number() OVER (PARTITION BY content_hash ORDER BY scored_at, source, review_id) = 1
) AS known USING (content_hash);
