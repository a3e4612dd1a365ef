-- The first reply to each review: how long it took at least and at most.
SELECT named.listing, reply.source, reply.review_id, reply.basis, reply.hours_from, reply.hours_to,
    median(reply.hours_from) OVER (PARTITION BY named.listing) AS median_from,
    median(reply.hours_to) OVER (PARTITION BY named.listing) AS median_to
FROM response_times AS reply
JOIN named USING (source, listing_id)
ORDER BY reply.answered_by DESC, reply.source, reply.review_id;
