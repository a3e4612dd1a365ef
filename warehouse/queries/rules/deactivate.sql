-- Forget the rules that the watchlist no longer names with these conditions: one that comes back begins anew.
DELETE FROM rule_activations
WHERE NOT EXISTS (
    FROM batch WHERE batch.rule_id = rule_activations.rule_id AND batch.conditions_hash = rule_activations.conditions_hash
);
