-- Count all reviews as history.
UPDATE review_heads SET is_baseline = true;
