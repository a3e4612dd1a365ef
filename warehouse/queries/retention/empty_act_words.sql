-- Empty what was said with acts and was kept long enough; an act that needs words keeps the sign that it had some.
UPDATE case_acts AS act SET args = json_merge_patch(
    args,
    CASE WHEN args ->> '$.text' IS NULL THEN '{}' ELSE json_object('text', $emptied) END,
    CASE WHEN args ->> '$.remedy' IS NULL THEN '{}' ELSE json_object('remedy', $emptied) END
)
WHERE (coalesce(args ->> '$.text', $emptied) <> $emptied OR coalesce(args ->> '$.remedy', $emptied) <> $emptied)
    AND (acted_at < $text_limit OR EXISTS (
        FROM due_words AS due WHERE due.source = act.source AND due.review_id = act.review_id
    ));
