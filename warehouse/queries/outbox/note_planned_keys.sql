-- Note the keys planned for the given cases and for messages about no single case.
CREATE OR REPLACE TEMP TABLE planned_keys AS
SELECT alert_key FROM alerts SEMI JOIN batch USING (source, review_id)
UNION
SELECT alert_key FROM alerts WHERE source = 'otklik';
