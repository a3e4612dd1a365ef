-- Campaigns: what belongs together, the latest on top. Waiting members are unanswered each by itself.
CREATE OR REPLACE VIEW campaigns AS
SELECT member.campaign_id, any_value(member.kind) AS kind,
    arg_max(member.source || '/' || member.review_id, member.leads) AS led_by,
    count(*) AS reviews, count(*) FILTER (member.copy_of IS NULL) AS voices,
    count(*) FILTER (latest.status IN ('open', 'acknowledged', 'waiting_for_branch', 'disputed', 'claimed')) AS waiting,
    count(*) FILTER (latest.status = 'answered') AS answered,
    count(DISTINCT coalesce(listing.place_id, review.listing_id)) AS places,
    count(DISTINCT member.source) AS sources,
    min(coalesce(review.posted_at, review.first_seen_at)) AS first_at,
    max(coalesce(review.posted_at, review.first_seen_at)) AS last_at,
    avg(review.rating) AS rating,
    left(arg_max(review.text, member.leads), 200) AS sample,
    list(DISTINCT review.listing_id ORDER BY review.listing_id) AS listing_ids
FROM campaign_members AS member
JOIN reviews AS review USING (source, review_id)
LEFT JOIN latest_cases AS latest USING (source, review_id)
LEFT JOIN listings AS listing ON listing.source = review.source AND listing.listing_id = review.listing_id
GROUP BY member.campaign_id
ORDER BY last_at DESC, member.campaign_id;
COMMENT ON VIEW campaigns IS 'What belongs together, the latest on top: copies of one review, one author, waves of complaints or of praise. Nothing is removed.';
COMMENT ON COLUMN campaigns.campaign_id IS 'Name of the campaign.';
COMMENT ON COLUMN campaigns.kind IS 'copies, author, wave or praise.';
COMMENT ON COLUMN campaigns.led_by IS 'Source and id of its first review.';
COMMENT ON COLUMN campaigns.reviews IS 'Its reviews.';
COMMENT ON COLUMN campaigns.voices IS 'Its reviews, each with its copies on other sites counted once.';
COMMENT ON COLUMN campaigns.waiting IS 'Those that nobody has answered.';
COMMENT ON COLUMN campaigns.answered IS 'Those that are answered.';
COMMENT ON COLUMN campaigns.places IS 'Places over which it goes.';
COMMENT ON COLUMN campaigns.sources IS 'Sites over which it goes.';
COMMENT ON COLUMN campaigns.first_at IS 'When the first was posted.';
COMMENT ON COLUMN campaigns.last_at IS 'When the last was posted.';
COMMENT ON COLUMN campaigns.rating IS 'Mean rating: 0 is one star of five, 1 is five.';
COMMENT ON COLUMN campaigns.sample IS 'Beginning of the first text.';
COMMENT ON COLUMN campaigns.listing_ids IS 'Listings that have one of them.';
