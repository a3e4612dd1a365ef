-- Put payloads that name only who is still there in the place of the old ones.
UPDATE alerts AS alert SET details = batch.details FROM batch WHERE alert.alert_key = batch.alert_key;
