-- Return what is in quarantine with its words.
SELECT path, line_no, fragment FROM quarantine WHERE fragment <> '';
