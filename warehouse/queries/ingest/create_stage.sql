-- Make the table in which the lines of one ingest wait to be sorted.
CREATE OR REPLACE TEMP TABLE stage AS
SELECT * EXCLUDE (content_hash, words_hash, reply_hash, emptied_at), NULL::TIMESTAMPTZ AS seen_at, NULL::VARCHAR AS run_id, NULL::INTEGER AS file_no,
    NULL::BIGINT AS line_no
FROM review_versions LIMIT 0;
