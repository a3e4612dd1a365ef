-- Count for each listing that a run read the reviews that its last whole reading met, and that this one lacks where it read.
SELECT look.source, look.listing_id, count(*) AS vanished
FROM (
    FROM coverage WHERE run_id = $run_id AND status = 'ok'
    QUALIFY row_number() OVER (PARTITION BY source, listing_id ORDER BY attempt DESC) = 1
) AS look
JOIN batch AS before ON before.source = look.source AND before.listing_id = look.listing_id
JOIN reviews AS review ON review.source = look.source AND review.listing_id = look.listing_id
JOIN review_heads AS head ON head.source = review.source AND head.review_id = review.review_id
WHERE review.last_seen_at >= before.started_at AND review.last_seen_at < look.started_at
    AND head.gone_at IS NULL
    AND (look.is_full OR review.posted_at >= look.read_to AND review.posted_at_precision IS DISTINCT FROM 'relative')
GROUP BY look.source, look.listing_id;
