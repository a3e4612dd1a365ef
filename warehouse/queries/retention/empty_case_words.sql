-- Empty what cases keep of the words of people: questions, answers, remedies and steps, each by its own date.
UPDATE cases SET
    branch_question = CASE
        WHEN branch_question IS NOT NULL AND (is_gone OR branch_asked_at < $text_limit) THEN $emptied
        ELSE branch_question
    END,
    branch_answer = CASE
        WHEN branch_answer IS NOT NULL AND (is_gone OR branch_answered_at < $text_limit) THEN $emptied
        ELSE branch_answer
    END,
    remedy = CASE
        WHEN remedy IS NOT NULL AND (is_gone OR worked_at < $text_limit) THEN $emptied
        ELSE remedy
    END,
    steps = list_transform(steps, lambda step: {
        'step': step.step, 'done_at': step.done_at, 'done_by': step.done_by,
        'words': CASE
            WHEN step.words IS NOT NULL AND (is_gone OR step.done_at < $text_limit) THEN $emptied
            ELSE step.words
        END
    })
FROM (
    SELECT source, review_id, reopen_no, due.source IS NOT NULL AS is_gone,
        coalesce(list_max(list_transform(steps, lambda step: step.done_at)), opened_at) AS worked_at
    FROM cases LEFT JOIN due_words AS due USING (source, review_id)
) AS kept
WHERE kept.source = cases.source AND kept.review_id = cases.review_id AND kept.reopen_no = cases.reopen_no
    AND (is_gone OR opened_at < $text_limit)
    AND (
        branch_question IS NOT NULL OR branch_answer IS NOT NULL OR remedy IS NOT NULL
        OR list_bool_or([false] || list_transform(steps, lambda step: step.words IS NOT NULL))
    );
