-- Return for each source how many of its judged contents were expected to be negative, neutral and positive before a time.
SELECT
    source,
    sum(p_negative) AS negative,
    sum(p_neutral) AS neutral,
    sum(p_positive) AS positive
FROM (
    SELECT *
    FROM predictions
    WHERE scored_at < $before AND scored_at >= $since
    QUALIFY row_number() OVER (PARTITION BY source, content_hash ORDER BY scored_at DESC, model) = 1
)
GROUP BY source
ORDER BY source;
