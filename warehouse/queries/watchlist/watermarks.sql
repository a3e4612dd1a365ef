-- Return where the complete readings of listings ended, and whether a run has read them well already.
SELECT listing_id, max(watermark) FILTER (status = 'ok') AS watermark,
    bool_or(status = 'ok' AND run_id = $run_id) AS done_in_run
FROM coverage WHERE listing_id IN (SELECT unnest($ids))
GROUP BY listing_id;
