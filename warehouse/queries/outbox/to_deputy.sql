-- Hand what is due for a person who is away to their deputy; the key stays, so that nobody is told twice.
UPDATE alerts SET destination = $deputy, not_before = greatest(not_before, $not_before)
WHERE destination = $person AND state = 'planned' AND not_before <= $now;
