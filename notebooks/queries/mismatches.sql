-- The reviews whose words say the opposite of their stars: the worst sentence of each, the worst of all first.
SELECT odd.kind, named.listing, odd.rating, odd.p_negative, odd.title, odd.text, odd.url, odd.p_sentence,
    instr(odd.text, odd.worst_sentence) - 1 AS start_char, start_char + length(odd.worst_sentence) AS end_char
FROM mismatches AS odd
JOIN named USING (source, listing_id)
ORDER BY odd.rating < 0.99, odd.p_sentence DESC NULLS LAST, odd.p_negative DESC, odd.source, odd.review_id
LIMIT 6;
