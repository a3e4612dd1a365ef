-- Forget one entry, before its new state is remembered.
DELETE FROM migrations WHERE name = $name;
