-- What complaints are about, where the model names aspects.
SELECT aspect.name AS aspect, count(*) AS complaints
FROM complaints
JOIN latest_predictions AS word USING (source, review_id)
CROSS JOIN unnest(word.aspects) AS one(aspect)
WHERE aspect.p >= 0.5
GROUP BY ALL
ORDER BY count(*) DESC, aspect;
