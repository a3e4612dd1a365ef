-- Return the words of the published reply that stood below one review at the last look.
SELECT reply_text FROM reviews WHERE source = $source AND review_id = $review_id AND reply_state = 'published';
