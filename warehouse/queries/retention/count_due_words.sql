-- Count the rows in which words of people were kept long enough.
SELECT (
    SELECT count(*) FROM case_events AS event
    WHERE actor <> 'otklik' AND reason NOT IN ('', $emptied)
        AND (happened_at < $text_limit OR EXISTS (
            FROM due_words AS due WHERE due.source = event.source AND due.review_id = event.review_id
        ))
) + (
    SELECT count(*) FROM case_acts AS act
    WHERE (coalesce(args ->> '$.text', $emptied) <> $emptied OR coalesce(args ->> '$.remedy', $emptied) <> $emptied)
        AND (acted_at < $text_limit OR EXISTS (
            FROM due_words AS due WHERE due.source = act.source AND due.review_id = act.review_id
        ))
);
