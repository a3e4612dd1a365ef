-- Take a review's id out of what crawls said went wrong.
UPDATE coverage SET error = replace(error, 'review ' || $review_id, 'review [erased]')
WHERE source = $source AND contains(error, 'review ' || $review_id);
