-- Return the reviews whose cases lose what people wrote about them, whenever that was.
FROM due_words ORDER BY ALL;
