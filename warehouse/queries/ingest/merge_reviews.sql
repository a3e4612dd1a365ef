-- Bring the present state of changed and new reviews into the table of reviews; a date from a night moves no date.
MERGE INTO reviews AS known
USING (
    SELECT state.* EXCLUDE (version, content_hash, words_hash, reply_hash, emptied_at, posted_at, posted_at_precision),
        CASE WHEN state.posted_at_precision = 'relative' THEN latest.dated.at ELSE state.posted_at END AS posted_at,
        CASE WHEN state.posted_at_precision = 'relative' THEN latest.dated.precision ELSE state.posted_at_precision END
            AS posted_at_precision,
        latest.seen_at,
        latest.first_seen_at, latest.seen_at AS last_seen_at
    FROM (
        SELECT source, review_id, version, last_seen_at AS seen_at, first_seen_at, dated FROM heads
        UNION ALL
        SELECT steady.source, steady.review_id, steady.version, steady.seen_at, review.first_seen_at,
            {'at': review.posted_at, 'precision': review.posted_at_precision}
        FROM steady JOIN reviews AS review USING (source, review_id)
        WHERE steady.is_changed
    ) AS latest
    JOIN review_versions AS state USING (source, review_id, version)
) AS new
ON known.source = new.source AND known.review_id = new.review_id
WHEN MATCHED THEN UPDATE SET
    listing_id = new.listing_id, url = new.url, author_key = new.author_key, subject_kind = new.subject_kind,
    subject_id = new.subject_id, rating = new.rating, title = new.title, text = new.text, language_hint =
    new.language_hint, posted_at = new.posted_at, posted_at_precision = new.posted_at_precision, edited_at =
    new.edited_at, reply_state = new.reply_state, reply_text = new.reply_text, reply_at = new.reply_at,
    reply_at_kind = new.reply_at_kind, processed_flag = new.processed_flag, helpful_votes = new.helpful_votes,
    has_photo = new.has_photo, is_verified = new.is_verified, syndicated_from = new.syndicated_from, seen_at =
    new.seen_at, last_seen_at = new.last_seen_at, first_seen_at = new.first_seen_at
WHEN NOT MATCHED THEN INSERT (
    source, listing_id, review_id, url, author_key, subject_kind, subject_id, rating, title, text,
    language_hint, posted_at, posted_at_precision, edited_at, reply_state, reply_text, reply_at, reply_at_kind,
    processed_flag, helpful_votes, has_photo, is_verified, syndicated_from, seen_at, first_seen_at, last_seen_at
) VALUES (
    new.source, new.listing_id, new.review_id, new.url, new.author_key, new.subject_kind, new.subject_id,
    new.rating, new.title, new.text, new.language_hint, new.posted_at, new.posted_at_precision, new.edited_at,
    new.reply_state, new.reply_text, new.reply_at, new.reply_at_kind, new.processed_flag, new.helpful_votes,
    new.has_photo, new.is_verified, new.syndicated_from, new.seen_at, new.first_seen_at, new.last_seen_at
);
