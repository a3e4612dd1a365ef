-- Keep acts that are not known yet.
INSERT INTO case_acts BY NAME FROM batch ANTI JOIN case_acts USING (act_id);
