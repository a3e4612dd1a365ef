-- Replies that were given word for word three times or more on one listing.
CREATE OR REPLACE VIEW duplicate_replies AS
SELECT source, listing_id, trim(regexp_replace(lower(reply_text), '\s+', ' ', 'g')) AS words, count(*) AS times,
    round(count(*) / sum(count(*)) OVER (PARTITION BY source, listing_id), 3) AS share, min(review_id) AS example_review_id
FROM reviews
WHERE reply_state = 'published' AND coalesce(reply_text, '') <> ''
GROUP BY source, listing_id, words
QUALIFY times >= 3
ORDER BY times DESC, source, listing_id, words;
COMMENT ON VIEW duplicate_replies IS 'Replies that were given word for word three times or more on one listing.';
COMMENT ON COLUMN duplicate_replies.source IS 'Name of the site.';
COMMENT ON COLUMN duplicate_replies.listing_id IS 'The listing.';
COMMENT ON COLUMN duplicate_replies.words IS 'The reply in lower case with single spaces.';
COMMENT ON COLUMN duplicate_replies.times IS 'How often it stands.';
COMMENT ON COLUMN duplicate_replies.share IS 'Share of the listing''s replies.';
COMMENT ON COLUMN duplicate_replies.example_review_id IS 'One review that got it.';
