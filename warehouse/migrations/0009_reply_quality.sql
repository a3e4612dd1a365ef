-- A published reply is judged once, and again when its words change.

ALTER TABLE cases ADD COLUMN reply_quotes VARCHAR[];
ALTER TABLE cases ADD COLUMN reply_hash VARCHAR;
COMMENT ON COLUMN cases.reply_quality IS 'What the check of the published reply found: ok, no_apology, boilerplate, defensive, off_topic, wrong_language or discloses; NULL before it.';
COMMENT ON COLUMN cases.reply_quotes IS 'The words of the reply that show it; emptied with the texts.';
COMMENT ON COLUMN cases.reply_hash IS 'Hash of the text of the reply that was checked.';
