-- Which reviews say one thing in stars and another in words.
-- order = review: review or sentence, whichever is to have its worst on top
-- limit = 50: rows at most
SELECT kind, source, listing_id, review_id, rating, label, round(odd.p_negative, 2) AS p_negative,
    round(odd.p_sentence, 2) AS p_sentence, left(odd.worst_sentence, 200) AS worst_sentence, left(text, 200) AS text, url
FROM mismatches AS odd
ORDER BY CASE $order WHEN 'sentence' THEN odd.p_sentence WHEN 'review' THEN NULL ELSE $order::DOUBLE END DESC NULLS LAST,
    odd.p_negative DESC, source, review_id
LIMIT $limit::BIGINT;
