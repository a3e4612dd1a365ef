-- Drop what was derived of the affected reviews before.
DELETE FROM review_heads AS known
WHERE EXISTS (FROM affected WHERE affected.source = known.source AND affected.review_id = known.review_id);
