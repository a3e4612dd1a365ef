-- Return the words that the people who are erased wrote, but for what others wrote in the same words.
SELECT DISTINCT said.words FROM (
    SELECT unnest([title, text]) AS words FROM review_versions SEMI JOIN forgotten_keys USING (source, review_id)
) AS said
WHERE said.words IS NOT NULL AND said.words <> '' AND said.words NOT IN (
    SELECT unnest([coalesce(title, ''), text]) FROM review_versions ANTI JOIN forgotten_keys USING (source, review_id)
);
