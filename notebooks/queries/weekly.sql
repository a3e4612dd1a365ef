-- Complaints by the week of posting and their state now, and replies to them by the week they were given.
WITH counted AS (
    SELECT listing, date_trunc('week', posted_at) AS week, state, count(*) AS complaints,
        NULL::BIGINT AS replies
    FROM complaints
    GROUP BY ALL
    UNION ALL
    SELECT complaints.listing, date_trunc('week', coalesce(reply.reply_at, reply.answered_by)), NULL, NULL,
        count(*)
    FROM response_times AS reply
    JOIN complaints USING (source, review_id)
    GROUP BY ALL
)
FROM counted
CROSS JOIN clock
WHERE week > date_trunc('week', clock.as_of) - INTERVAL 26 WEEK AND week <= clock.as_of
ORDER BY listing, week, state;
