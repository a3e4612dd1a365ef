-- Empty what is in quarantine of the people who are erased; that a line was refused stays known.
UPDATE quarantine AS aside SET fragment = '' FROM batch
WHERE aside.path = batch.path AND aside.line_no = batch.line_no;
