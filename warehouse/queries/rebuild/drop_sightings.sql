-- Drop what the landing files told of the noted reviews.
DELETE FROM sightings USING taken_over AS gone
WHERE sightings.source = gone.source AND sightings.review_id = gone.review_id;
