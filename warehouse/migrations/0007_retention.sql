-- Words can be emptied: what tells states apart is kept as hashes beside them.

ALTER TABLE review_versions ADD COLUMN words_hash VARCHAR;
ALTER TABLE review_versions ADD COLUMN reply_hash VARCHAR;
ALTER TABLE review_versions ADD COLUMN emptied_at TIMESTAMPTZ;
UPDATE review_versions SET
    words_hash = left(sha256(concat_ws(chr(31), coalesce(title, ''), text)), 32),
    reply_hash = left(sha256(coalesce(reply_text, '')), 32);
COMMENT ON COLUMN review_versions.words_hash IS 'Hash of title and text as they were seen: tells edits also when the words are emptied.';
COMMENT ON COLUMN review_versions.reply_hash IS 'Hash of the reply''s text as it was seen.';
COMMENT ON COLUMN review_versions.emptied_at IS 'When title, text and reply were emptied because they were kept long enough; NULL while they stand.';
