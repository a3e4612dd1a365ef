-- Choose every review, so that its timeline can be laid out.
CREATE OR REPLACE TEMP TABLE affected AS SELECT source, review_id FROM reviews;
