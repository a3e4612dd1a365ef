-- Return when single alerts of the last two days might be sent, by destination.
SELECT destination, not_before FROM alerts
WHERE level >= 1 AND NOT folded AND covered_by IS NULL AND NOT was_held AND not_before >= $now - INTERVAL 2 DAY
ORDER BY destination, not_before;
