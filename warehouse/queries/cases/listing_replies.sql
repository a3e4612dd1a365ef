-- Return the replies that were given last on one listing, the newest first.
SELECT review.reply_text
FROM reviews AS review
JOIN review_heads AS head USING (source, review_id)
WHERE review.source = $source AND review.listing_id = $listing_id AND review.reply_state = 'published'
    AND trim(coalesce(review.reply_text, '')) <> ''
ORDER BY head.reply_seen_at DESC, review.reply_at DESC, review.review_id
LIMIT $limit;
