-- Return when the last digest of each destination was planned.
SELECT destination, max(planned_at) FROM alerts WHERE rule = 'digest' GROUP BY destination;
