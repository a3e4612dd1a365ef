-- Find the reviews that their source deleted long enough ago: what people wrote about their cases is due with them.
CREATE OR REPLACE TEMP TABLE due_words AS SELECT source, review_id FROM review_heads WHERE gone_at < $gone_limit;
