-- Note the rules that were never seen with these conditions as active from now on.
INSERT INTO rule_activations
SELECT rule_id, conditions_hash, $now FROM batch ANTI JOIN rule_activations USING (rule_id, conditions_hash);
