-- Return the checkpoints of programmes that were passed in the last month.
SELECT programme_id, months, reviews, complaints, first_reviews, first_complaints
FROM service_fade
WHERE months > 3 AND period_to <= $now AND period_to > $now - INTERVAL 31 DAY
ORDER BY programme_id, months;
