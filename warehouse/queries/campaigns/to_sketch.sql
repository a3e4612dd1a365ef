-- Return the present words of cases and five-star reviews that are not sketched yet; emptied ones cannot be.
SELECT review.source, review.review_id, head.content_hash, review.title, review.text
FROM reviews AS review
JOIN review_heads AS head USING (source, review_id)
JOIN review_versions AS state USING (source, review_id, version)
ANTI JOIN review_sketches AS known
    ON known.source = review.source AND known.review_id = review.review_id AND known.content_hash = head.content_hash
WHERE state.emptied_at IS NULL
    AND (review.rating >= $praise OR EXISTS (FROM cases WHERE cases.source = review.source AND cases.review_id = review.review_id));
