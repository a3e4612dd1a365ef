-- Every act stands once, and one that took effect has its case.
SELECT act.act_id, count(*) AS times
FROM case_acts AS act
LEFT JOIN (SELECT DISTINCT source, review_id FROM cases) AS known USING (source, review_id)
GROUP BY act.act_id HAVING times > 1 OR bool_or(act.outcome = 'applied' AND known.source IS NULL);
