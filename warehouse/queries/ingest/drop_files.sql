-- Drop how far these landing files were read before.
DELETE FROM landing_files WHERE path IN (SELECT path FROM batch);
