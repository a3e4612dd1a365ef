-- Remember that a migration was applied.
INSERT INTO migrations (name, fingerprint, applied_at) VALUES ($name, $fingerprint, $applied_at);
