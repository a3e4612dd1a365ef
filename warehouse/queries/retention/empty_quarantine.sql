-- Empty what lies in quarantine for so long; that and why a line was refused stays known.
UPDATE quarantine SET fragment = '' WHERE seen_at < $text_limit AND fragment <> '';
