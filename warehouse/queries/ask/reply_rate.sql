-- What share of reviews and of complaints has a published reply, by listing.
-- since = 1900-01-01: only reviews posted from this month on
SELECT source, listing_id, sum(reviews)::BIGINT AS reviews, sum(answered)::BIGINT AS answered,
    round(sum(answered) / sum(reviews), 3) AS share, sum(complaints)::BIGINT AS complaints,
    sum(complaints_answered)::BIGINT AS complaints_answered,
    round(sum(complaints_answered) / nullif(sum(complaints), 0), 3) AS complaint_share
FROM reply_rate
WHERE month >= date_trunc('month', $since::TIMESTAMPTZ)
GROUP BY source, listing_id
ORDER BY complaint_share NULLS LAST, source, listing_id;
