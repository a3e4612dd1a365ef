-- Keep every new state of a review, with the hash of its content as `core.records.content_hash` computes it.
INSERT INTO review_versions BY NAME
SELECT * EXCLUDE (seen_at, run_id, file_no, line_no),
    left(sha256(concat_ws(chr(31), coalesce(title, ''), text, coalesce(printf('%.3f', rating), ''))), 32) AS content_hash,
    left(sha256(concat_ws(chr(31), coalesce(title, ''), text)), 32) AS words_hash,
    left(sha256(coalesce(reply_text, '')), 32) AS reply_hash
FROM stage
SEMI JOIN new_versions USING (file_no, line_no);
