-- Lay out the sightings of the affected reviews in order, each with what was known before it.
CREATE OR REPLACE TEMP TABLE timeline AS
WITH looks AS (
    SELECT sighting.source, sighting.review_id, sighting.seen_at, sighting.version, sighting.listing_id, sighting.run_id,
        state.rating, state.content_hash, state.reply_state, state.posted_at, state.posted_at_precision,
        state.words_hash AS words,
        CASE WHEN state.reply_state <> 'unknown' THEN {
            'state': state.reply_state,
            'reply': state.reply_hash,
            'seen_at': sighting.seen_at,
            'version': sighting.version
        } END AS known
    FROM sightings AS sighting
    SEMI JOIN affected USING (source, review_id)
    JOIN review_versions AS state USING (source, review_id, version)
    -- Of one sighting that was parsed several times, the latest parsing counts.
    QUALIFY row_number() OVER (
        PARTITION BY source, review_id, sighting.seen_at
        ORDER BY CASE WHEN starts_with(sighting.run_id, 'reparse-') THEN sighting.run_id ELSE '' END DESC,
            sighting.version
    ) = 1
),
placed AS (
    SELECT *,
        lag(seen_at) OVER in_order AS previous_seen_at,
        lag(version) OVER in_order AS previous_version,
        lag(words) OVER in_order AS previous_words,
        lag(rating) OVER in_order AS previous_rating,
        lag(content_hash) OVER in_order AS previous_content_hash,
        lead(seen_at) OVER in_order AS next_seen_at,
        lag(known, 1 IGNORE NULLS) OVER in_order AS known_before,
        lag(known, 2 IGNORE NULLS) OVER in_order AS known_earlier
    FROM looks
    WINDOW in_order AS (PARTITION BY source, review_id ORDER BY seen_at)
),
judged AS (
    SELECT *,
        coalesce(known_before.state = 'published', false)
        OR coalesce(known_before.state IN ('none', 'pending') AND known_earlier.state = 'published', false) AS had_reply,
        CASE WHEN known_before.state = 'published' THEN known_before ELSE known_earlier END AS last_reply,
        previous_seen_at IS NOT NULL AND words <> previous_words AS is_edited,
        previous_seen_at IS NOT NULL AND rating IS DISTINCT FROM previous_rating AS is_rerated
    FROM placed
)
SELECT *,
    CASE reply_state
        WHEN 'unknown' THEN had_reply
        WHEN 'published' THEN true
        WHEN 'none' THEN coalesce(known_before.state = 'published', false)
        WHEN 'pending' THEN coalesce(known_before.state = 'published', false)
        ELSE false
    END AS has_reply
FROM judged;
