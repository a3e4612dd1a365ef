-- Return how the reviews of the listings that a run read came in the 90 days before now.
SELECT source, listing_id, count(*) AS count, max(posted_at) AS newest,
    coalesce(max(posted_at - previous), INTERVAL 0 SECOND) AS longest_gap
FROM (
    SELECT source, listing_id, posted_at, lag(posted_at) OVER (PARTITION BY source, listing_id ORDER BY posted_at) AS previous
    FROM reviews
    SEMI JOIN (FROM coverage WHERE run_id = $run_id) USING (source, listing_id)
    WHERE posted_at BETWEEN $now - INTERVAL 90 DAY AND $now AND posted_at_precision IS DISTINCT FROM 'relative'
)
GROUP BY source, listing_id;
