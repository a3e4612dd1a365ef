-- Return since when each rule is active.
SELECT rule_id, activated_at FROM rule_activations ORDER BY rule_id;
