-- What belongs together: sketches of texts, the campaigns found by them, and alerts that one message covers.

CREATE TABLE review_sketches (
    source VARCHAR NOT NULL,
    review_id VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    words INTEGER NOT NULL,
    words_hash VARCHAR NOT NULL,
    bands UBIGINT[] NOT NULL
);
COMMENT ON TABLE review_sketches IS 'What finds near copies of the present texts of cases and five-star reviews; for queries, not for people.';
COMMENT ON COLUMN review_sketches.source IS 'Name of the spider or importer, which is the name of the site.';
COMMENT ON COLUMN review_sketches.review_id IS 'The source''s own id of the review, or a hash where it has no stable one.';
COMMENT ON COLUMN review_sketches.content_hash IS 'The content that was sketched.';
COMMENT ON COLUMN review_sketches.words IS 'Words of title and text.';
COMMENT ON COLUMN review_sketches.words_hash IS 'Hash of these words in lower case: equal for the same text on two sites.';
COMMENT ON COLUMN review_sketches.bands IS 'Bands of the MinHash over pairs of words; texts with a common one are likely alike. Empty for short texts.';

CREATE TABLE campaign_members (
    campaign_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    review_id VARCHAR NOT NULL,
    leads BOOLEAN NOT NULL,
    copy_of VARCHAR
);
COMMENT ON TABLE campaign_members IS 'Reviews that belong together, found anew by each run from what is stored; each keeps its own case.';
COMMENT ON COLUMN campaign_members.campaign_id IS 'Name of the campaign: a hash of its first review.';
COMMENT ON COLUMN campaign_members.kind IS 'copies of one review on several sites, one author, a wave of alike complaints, or praise (alike or textless five stars).';
COMMENT ON COLUMN campaign_members.source IS 'Name of the spider or importer, which is the name of the site.';
COMMENT ON COLUMN campaign_members.review_id IS 'The source''s own id of the review, or a hash where it has no stable one.';
COMMENT ON COLUMN campaign_members.leads IS 'The first review of the campaign.';
COMMENT ON COLUMN campaign_members.copy_of IS 'Source and id of the review that this is a copy of on another site.';

ALTER TABLE alerts ADD COLUMN covered_by VARCHAR;
COMMENT ON COLUMN alerts.covered_by IS 'The alert whose message speaks for this one, too: both cases belong to one campaign.';
COMMENT ON COLUMN alerts.state IS 'planned, held, sending, sent, failed, cancelled, or covered by the message of another case of its campaign.';
