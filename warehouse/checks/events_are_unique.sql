-- Every event stands once, and not before the look that came before it.
SELECT source, review_id, event, seen_at, count(*) AS times FROM review_events
GROUP BY ALL HAVING times > 1 OR bool_or(previous_seen_at >= seen_at AND event NOT IN ('gone'));
