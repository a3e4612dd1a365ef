-- Add valid lines, with the hash by which states are told apart; a date that counts from the night tells none apart.
INSERT INTO stage BY NAME
SELECT *,
    left(sha256(concat_ws(chr(31), source, review_id, listing_id, coalesce(url, chr(30)), coalesce(author_key, chr(30)),
        coalesce(subject_kind, chr(30)), coalesce(subject_id, chr(30)), coalesce(printf('%.6f', rating), ''),
        coalesce(title, chr(30)), text, coalesce(language_hint, chr(30)),
        CASE WHEN posted_at_precision = 'relative' THEN '' ELSE coalesce(epoch_us(posted_at)::VARCHAR, '') END,
        coalesce(posted_at_precision, ''), coalesce(epoch_us(edited_at)::VARCHAR, ''), reply_state,
        coalesce(reply_text, chr(30)),
        CASE WHEN reply_at IS NULL THEN '' WHEN reply_at_kind IS NULL THEN 'about' ELSE epoch_us(reply_at)::VARCHAR END,
        coalesce(reply_at_kind, ''),
        coalesce(processed_flag::VARCHAR, ''), coalesce(helpful_votes::VARCHAR, ''), coalesce(has_photo::VARCHAR, ''),
        coalesce(is_verified::VARCHAR, ''), coalesce(syndicated_from, chr(30)))), 32) AS version
FROM batch;
