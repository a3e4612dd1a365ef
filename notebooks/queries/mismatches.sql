-- The reviews whose words say the opposite of their stars: the worst sentence of each, the worst of all first.
SELECT odd.kind, named.listing, odd.rating, odd.p_negative, odd.title, odd.text, odd.url,
    word.evidence[1].start_char AS start_char, word.evidence[1].end_char AS end_char,
    word.evidence[1].p_negative AS p_sentence
FROM mismatches AS odd
JOIN named USING (source, listing_id)
LEFT JOIN latest_predictions AS word USING (source, review_id)
ORDER BY odd.rating < 0.99, p_sentence DESC NULLS LAST, odd.p_negative DESC, odd.source, odd.review_id
LIMIT 6;
