-- Return what was last said of each content: by one model where it is named.
FROM predictions
WHERE $model IS NULL OR model = $model OR starts_with(model, $model || '@')
QUALIFY row_number() OVER (PARTITION BY source, review_id, content_hash ORDER BY scored_at DESC, model DESC) = 1;
