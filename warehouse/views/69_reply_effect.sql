-- What replies changed: how many customers with at most three stars raised them after a reply, beside those without one.
CREATE OR REPLACE VIEW reply_effect AS
SELECT network, source, listing_id, count(*) FILTER (is_answered) AS answered,
    count(*) FILTER (is_answered AND change > 0) AS raised, count(*) FILTER (is_answered AND change < 0) AS lowered,
    round((raised + 20 * (sum(raised) OVER whole / nullif(sum(answered) OVER whole, 0))) / (answered + 20), 3) AS raised_share,
    round(avg(change) FILTER (is_answered), 3) AS mean_change,
    count(*) FILTER (NOT is_answered) AS unanswered, count(*) FILTER (NOT is_answered AND change > 0) AS raised_unanswered,
    round(raised_unanswered / nullif(unanswered, 0), 3) AS raised_share_unanswered,
    answered < 20 AS is_grey
FROM reply_outcomes
GROUP BY network, source, listing_id
WINDOW whole AS (PARTITION BY network)
ORDER BY network, source, listing_id;
COMMENT ON VIEW reply_effect IS 'What replies changed: how many customers with at most three stars raised them after a reply, beside those without one.';
COMMENT ON COLUMN reply_effect.network IS 'The company; the listing itself where only an import knows it.';
COMMENT ON COLUMN reply_effect.source IS 'Name of the site.';
COMMENT ON COLUMN reply_effect.listing_id IS 'The listing.';
COMMENT ON COLUMN reply_effect.answered IS 'Reviews of at most three stars that got a reply.';
COMMENT ON COLUMN reply_effect.raised IS 'Those whose stars were raised after it.';
COMMENT ON COLUMN reply_effect.lowered IS 'Those whose stars were lowered after it.';
COMMENT ON COLUMN reply_effect.raised_share IS 'raised / answered, with 20 answered reviews of the network''s share added.';
COMMENT ON COLUMN reply_effect.mean_change IS 'Mean change of the rating: 0.25 is one star of five.';
COMMENT ON COLUMN reply_effect.unanswered IS 'Reviews of at most three stars without any reply: what to compare with, not a proof, since who answers chooses.';
COMMENT ON COLUMN reply_effect.raised_unanswered IS 'Those whose stars were raised all the same.';
COMMENT ON COLUMN reply_effect.raised_share_unanswered IS 'raised_unanswered / unanswered.';
COMMENT ON COLUMN reply_effect.is_grey IS 'Fewer than 20 answered reviews: too few to speak of.';
