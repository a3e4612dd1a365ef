-- Erase the words of some acts.
UPDATE case_acts SET args = batch.args FROM batch WHERE case_acts.act_id = batch.act_id;
