-- Return the migrations that this database has.
SELECT name, fingerprint FROM migrations;
