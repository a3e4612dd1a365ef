-- Take a review's id out of the reports of runs.
UPDATE runs SET report = replace(report, 'review ' || $review_id || ':', 'review [erased]:')
WHERE contains(report, 'review ' || $review_id || ':');
