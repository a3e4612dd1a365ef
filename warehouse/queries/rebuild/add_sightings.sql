-- Take over what was known of the noted reviews.
INSERT INTO sightings BY NAME FROM batch SEMI JOIN emptied_reviews USING (source, review_id);
