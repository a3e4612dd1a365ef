-- Every complaint (a case that nobody dismissed, judged negative, or at most two stars of five), and what
-- became of it.
SELECT review.source, review.review_id, named.listing,
    coalesce(review.posted_at, review.first_seen_at) AS posted_at,
    CASE
        WHEN handling.status IN ('open', 'acknowledged', 'waiting_for_branch', 'disputed') THEN 'waits'
        WHEN head.reply_seen_at IS NOT NULL THEN 'answered'
        WHEN head.gone_at IS NOT NULL OR handling.status IN ('answered', 'resolved')
            THEN 'closed without a reply'
        WHEN head.reply_known_at IS NOT NULL THEN 'no answer, not in the list'
        ELSE 'site shows no replies'
    END AS state
FROM reviews AS review
JOIN review_heads AS head USING (source, review_id)
JOIN named USING (source, listing_id)
LEFT JOIN latest_predictions AS word USING (source, review_id)
LEFT JOIN latest_cases AS handling USING (source, review_id)
WHERE coalesce(
    handling.status <> 'dismissed', word.label = 'negative' OR review.rating <= 0.25, review.rating <= 0.25,
    false
);
