-- Drop what the emptied landing files told of the noted reviews.
DELETE FROM sightings USING emptied_reviews AS gone
WHERE sightings.source = gone.source AND sightings.review_id = gone.review_id;
