-- Find the reviews whose present content this model has to judge: not judged by it, not decided before, not emptied.
CREATE OR REPLACE TEMP TABLE wanting AS
SELECT head.source, head.review_id, head.content_hash
FROM review_heads AS head
ANTI JOIN (FROM predictions WHERE model = $model) AS own USING (source, review_id, content_hash)
ANTI JOIN (FROM review_versions WHERE emptied_at IS NOT NULL) AS emptied USING (source, review_id, version)
WHERE NOT EXISTS (
        FROM case_decisions AS decision
        WHERE decision.source = head.source AND decision.review_id = head.review_id
            AND decision.content_hash = head.content_hash
    )
    OR NOT EXISTS (
        FROM predictions AS other
        WHERE other.source = head.source AND other.review_id = head.review_id AND other.content_hash = head.content_hash
    );
