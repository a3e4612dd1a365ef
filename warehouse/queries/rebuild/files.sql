-- Return the landing files that were read and had lines.
SELECT path FROM landing_files WHERE lines > 0 ORDER BY path;
