-- How long each first reply took, with both bounds where the source tells no time.
CREATE OR REPLACE VIEW response_times AS
SELECT event.source, event.review_id, review.listing_id, listing.place_id, review.rating, first.posted_at,
    first.reply_at, event.previous_seen_at AS unanswered_at, event.seen_at AS answered_by,
    CASE
        WHEN first.posted_at IS NULL THEN 'review has no date'
        WHEN first.reply_at IS NOT NULL AND first.reply_at_kind IS DISTINCT FROM 'first_seen' THEN
            CASE WHEN first.reply_at < first.posted_at THEN 'reply older than review' ELSE 'exact' END
        WHEN event.previous_seen_at IS NULL THEN 'at most'
        ELSE 'between'
    END AS basis,
    CASE
        WHEN basis = 'exact' THEN round(date_diff('second', first.posted_at, first.reply_at) / 3600, 2)
        WHEN basis = 'between' THEN
            round(greatest(date_diff('second', first.posted_at, event.previous_seen_at), 0) / 3600, 2)
        WHEN basis = 'at most' THEN 0
    END AS hours_from,
    CASE
        WHEN basis = 'exact' THEN round(date_diff('second', first.posted_at, first.reply_at) / 3600, 2)
        WHEN basis IN ('between', 'at most') THEN
            round(greatest(date_diff('second', first.posted_at, event.seen_at), 0) / 3600, 2)
    END AS hours_to
FROM (
    FROM review_events WHERE event = 'reply_seen'
    QUALIFY row_number() OVER (PARTITION BY source, review_id ORDER BY seen_at) = 1
) AS event
JOIN (
    SELECT sighting.source, sighting.review_id, sighting.seen_at, state.posted_at, state.reply_at, state.reply_at_kind
    FROM sightings AS sighting
    JOIN review_versions AS state USING (source, review_id, version)
    WHERE state.reply_state = 'published'
    QUALIFY row_number() OVER (PARTITION BY source, review_id, sighting.seen_at ORDER BY version) = 1
) AS first ON first.source = event.source AND first.review_id = event.review_id AND first.seen_at = event.seen_at
JOIN reviews AS review ON review.source = event.source AND review.review_id = event.review_id
LEFT JOIN listings AS listing ON listing.source = review.source AND listing.listing_id = review.listing_id;
COMMENT ON VIEW response_times IS 'How long each first reply took, with both bounds where the source tells no time.';
COMMENT ON COLUMN response_times.source IS 'Name of the site.';
COMMENT ON COLUMN response_times.review_id IS 'The review.';
COMMENT ON COLUMN response_times.listing_id IS 'The listing.';
COMMENT ON COLUMN response_times.place_id IS 'The place.';
COMMENT ON COLUMN response_times.rating IS 'Present rating.';
COMMENT ON COLUMN response_times.posted_at IS 'When the review was posted, as the source said then.';
COMMENT ON COLUMN response_times.reply_at IS 'When the reply was given, where the source tells.';
COMMENT ON COLUMN response_times.unanswered_at IS 'Last sighting without the reply.';
COMMENT ON COLUMN response_times.answered_by IS 'First sighting with it.';
COMMENT ON COLUMN response_times.basis IS 'exact: the source tells the time. between: it lies after unanswered_at and not after answered_by. at most: there at the first look. reply older than review: the review was edited later; counted apart. review has no date.';
COMMENT ON COLUMN response_times.hours_from IS 'Least hours that it can have taken; NULL where that cannot be told.';
COMMENT ON COLUMN response_times.hours_to IS 'Most hours that it can have taken; NULL where that cannot be told.';
