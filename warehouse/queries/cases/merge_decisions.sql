-- Note what was decided about contents; the same content decided again takes the new word.
MERGE INTO case_decisions AS known
USING (
    FROM batch QUALIFY row_number() OVER (PARTITION BY source, review_id, content_hash ORDER BY decided_at DESC) = 1
) AS new
ON known.source = new.source AND known.review_id = new.review_id AND known.content_hash = new.content_hash
WHEN MATCHED THEN UPDATE SET opened = new.opened, reason = new.reason, decided_at = new.decided_at
WHEN NOT MATCHED THEN INSERT (source, review_id, content_hash, opened, reason, decided_at)
VALUES (new.source, new.review_id, new.content_hash, new.opened, new.reason, new.decided_at);
