-- Return the noted keys.
FROM planned_keys;
