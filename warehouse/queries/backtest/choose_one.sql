-- Choose one review, so that its timeline can be laid out.
CREATE OR REPLACE TEMP TABLE affected AS
SELECT source, review_id FROM reviews WHERE source = $source AND review_id = $review_id;
