-- Hash what must be equal after an undisturbed and after a killed and repeated run: reviews, events, labels, cases, alerts.
-- Left out are run ids, scores and columns that tell when something was executed; cases keep their clocks, which come
-- from the run's own clock. Rows are put in order, so that the order of writing does not count.
WITH lines AS (
    SELECT 'review ' || to_json(review)::VARCHAR AS line FROM reviews AS review
    UNION ALL
    SELECT 'event ' || to_json(event)::VARCHAR FROM (SELECT * EXCLUDE (run_id) FROM review_events) AS event
    UNION ALL
    SELECT 'prediction ' || to_json(said)::VARCHAR
    FROM (SELECT source, review_id, content_hash, model, label FROM predictions) AS said
    UNION ALL
    SELECT 'case ' || to_json(known)::VARCHAR FROM (SELECT * EXCLUDE (risk) FROM cases) AS known
    UNION ALL
    SELECT 'alert ' || to_json(alert)::VARCHAR
    FROM (
        SELECT alert_key, source, review_id, reopen_no, rule, level, destination, folded, was_held,
            CASE state WHEN 'sending' THEN 'planned' ELSE state END AS state
        FROM alerts
    ) AS alert
)
SELECT sha256(coalesce(string_agg(line, chr(10) ORDER BY line), '')) FROM lines;
