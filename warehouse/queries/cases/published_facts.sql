-- Return what a publication tells of one case, for somebody who may not wait for the warehouse.
SELECT review.source, review.review_id, review.listing_id, review.title, review.text, review.rating, review.posted_at,
    review.first_seen_at, review.last_seen_at, review.reply_state, latest AS known_case,
    (SELECT max(acted_at) FROM case_acts WHERE source = $source AND review_id = $review_id) AS last_act_at,
    (
        SELECT max(happened_at) FROM case_events
        WHERE source = $source AND review_id = $review_id AND actor <> 'otklik' AND NOT list_contains($passive, event)
    ) AS acted_at
FROM reviews AS review
JOIN latest_cases AS latest USING (source, review_id)
WHERE review.source = $source AND review.review_id = $review_id;
