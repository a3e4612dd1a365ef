-- Give emptied states their words again where their source shows them anew: the clock begins again.
UPDATE review_versions AS state SET
    title = line.title, text = line.text, reply_text = line.reply_text, emptied_at = NULL
FROM (
    SELECT DISTINCT ON (stage.source, stage.review_id, stage.version) stage.*
    FROM stage SEMI JOIN refilled USING (source, review_id, version)
) AS line
WHERE state.source = line.source AND state.review_id = line.review_id AND state.version = line.version;
