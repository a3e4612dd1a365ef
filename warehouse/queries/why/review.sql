-- Return the words and the address of one review.
SELECT url, title, text, reply_text FROM reviews WHERE source = $source AND review_id = $review_id;
