-- What became of the stars of each review that had at most three of five: after its first reply, or without one.
CREATE OR REPLACE VIEW reply_outcomes AS
WITH replied AS (
    SELECT source, review_id, min(seen_at) AS replied_by FROM review_events WHERE event = 'reply_seen' GROUP BY ALL
),
moved AS (
    SELECT event.source, event.review_id, replied.replied_by,
        arg_min(event.old_value::DOUBLE, event.seen_at) AS rating_before,
        arg_max(event.new_value::DOUBLE, event.seen_at) AS rating_after
    FROM review_events AS event
    LEFT JOIN replied USING (source, review_id)
    WHERE event.event = 'rating_changed' AND (replied.replied_by IS NULL OR event.seen_at > replied.replied_by)
    GROUP BY ALL
)
SELECT review.source, review.review_id, review.listing_id, coalesce(listing.company_id, review.listing_id) AS network,
    coalesce(listing.place_id, review.listing_id) AS place, coalesce(review.posted_at, review.first_seen_at) AS said_at,
    replied.replied_by, replied.replied_by IS NOT NULL AS is_answered,
    coalesce(moved.rating_before, review.rating) AS rating_then, coalesce(moved.rating_after, review.rating) AS rating_now,
    rating_now - rating_then AS change
FROM reviews AS review
LEFT JOIN replied ON replied.source = review.source AND replied.review_id = review.review_id
LEFT JOIN moved ON moved.source = review.source AND moved.review_id = review.review_id
LEFT JOIN listings AS listing ON listing.source = review.source AND listing.listing_id = review.listing_id
WHERE coalesce(moved.rating_before, review.rating) <= 0.5;
COMMENT ON VIEW reply_outcomes IS 'What became of the stars of each review that had at most three of five: after its first reply, or without one.';
COMMENT ON COLUMN reply_outcomes.source IS 'Name of the site.';
COMMENT ON COLUMN reply_outcomes.review_id IS 'The review.';
COMMENT ON COLUMN reply_outcomes.listing_id IS 'The listing.';
COMMENT ON COLUMN reply_outcomes.network IS 'The company; the listing itself where only an import knows it.';
COMMENT ON COLUMN reply_outcomes.place IS 'The place; the listing where it has none.';
COMMENT ON COLUMN reply_outcomes.said_at IS 'When it was posted, or first seen where the source gives no date.';
COMMENT ON COLUMN reply_outcomes.replied_by IS 'First sighting of a published reply; NULL where none was ever seen.';
COMMENT ON COLUMN reply_outcomes.is_answered IS 'Whether one was.';
COMMENT ON COLUMN reply_outcomes.rating_then IS 'Rating when the reply was first seen; without a reply, the first one seen.';
COMMENT ON COLUMN reply_outcomes.rating_now IS 'Present rating.';
COMMENT ON COLUMN reply_outcomes.change IS 'rating_now - rating_then: 0.25 is one star of five.';
