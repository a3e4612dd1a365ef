-- Note that landing files became shorter, so that what is left of them is not read again.
UPDATE landing_files AS known SET bytes = batch.bytes, torn_bytes = batch.torn_bytes FROM batch WHERE known.path = batch.path;
