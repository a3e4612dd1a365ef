-- Empty what people wrote into the history of cases and was kept long enough; who did what, and when, stays.
UPDATE case_events AS event SET reason = $emptied
WHERE actor <> 'otklik' AND reason NOT IN ('', $emptied)
    AND (happened_at < $text_limit OR EXISTS (
        FROM due_words AS due WHERE due.source = event.source AND due.review_id = event.review_id
    ));
