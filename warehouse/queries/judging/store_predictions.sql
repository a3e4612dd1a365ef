-- Store predictions for every review that has one of the judged contents and needs this model's word.
INSERT INTO predictions BY NAME
SELECT head.source, head.review_id, given.* EXCLUDE (source, review_id)
FROM (
    FROM batch QUALIFY row_number() OVER (PARTITION BY content_hash, model ORDER BY source, review_id) = 1
) AS given
JOIN review_heads AS head USING (content_hash)
WHERE NOT EXISTS (
        FROM predictions AS own
        WHERE own.source = head.source AND own.review_id = head.review_id
            AND own.content_hash = head.content_hash AND own.model = given.model
    )
    AND (
        NOT EXISTS (
            FROM case_decisions AS decision
            WHERE decision.source = head.source AND decision.review_id = head.review_id
                AND decision.content_hash = head.content_hash
        )
        OR NOT EXISTS (
            FROM predictions AS other
            WHERE other.source = head.source AND other.review_id = head.review_id
                AND other.content_hash = head.content_hash
        )
    );
