-- Return how far each landing file was read.
SELECT path, bytes, torn_bytes, lines, stored, unchanged, quarantined FROM landing_files;
