-- Take over what was known of the noted reviews.
INSERT INTO review_events BY NAME FROM batch SEMI JOIN taken_over USING (source, review_id);
