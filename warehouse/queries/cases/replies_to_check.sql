-- Return the answered cases whose published reply was not judged yet, or not in its present words.
SELECT latest AS known_case, review, sighting.first_seen_at
FROM latest_cases AS latest
JOIN (SELECT * EXCLUDE (first_seen_at, last_seen_at) FROM reviews) AS review USING (source, review_id)
JOIN (SELECT source, review_id, first_seen_at FROM reviews) AS sighting USING (source, review_id)
WHERE latest.status = 'answered' AND review.reply_state = 'published' AND trim(coalesce(review.reply_text, '')) <> ''
    AND latest.reply_hash IS DISTINCT FROM left(sha256(review.reply_text), 32)
ORDER BY review.source, review.listing_id, latest.review_id;
