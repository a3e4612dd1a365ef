-- What replies changed in the stars, beside what changed without them.
FROM reply_effect;
