-- Keep what was decided at the first sight of each review: whether it is history or news.
UPDATE review_heads SET is_baseline = batch.is_baseline
FROM batch
WHERE review_heads.source = batch.source AND review_heads.review_id = batch.review_id
    AND review_heads.is_baseline <> batch.is_baseline;
