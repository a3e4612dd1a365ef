-- Places to which no advertising should send anybody now: red in some aspect, or with severe cases past their time.
CREATE OR REPLACE VIEW promotion_hold AS
WITH red AS (
    SELECT network, place, list(aspect ORDER BY shrunk_share DESC, aspect) AS red_aspects
    FROM traffic_light WHERE scope = 'place' AND light = 'red' GROUP BY network, place
),
severe AS (
    SELECT coalesce(listing.company_id, known.listing_id) AS network, coalesce(listing.place_id, known.listing_id) AS place,
        count(*) AS overdue_severe, min(known.due_at) AS due_since
    FROM latest_cases AS known
    LEFT JOIN listings AS listing ON listing.source = known.source AND listing.listing_id = known.listing_id
    CROSS JOIN (
        SELECT coalesce((SELECT max(heartbeat_at) FROM runs), (SELECT max(last_seen_at) FROM reviews)) AS now
    ) AS clock
    WHERE known.severity = 'severe' AND known.due_at < clock.now
        AND known.status IN ('open', 'acknowledged', 'waiting_for_branch', 'disputed', 'claimed')
    GROUP BY ALL
)
SELECT network, place, named.name AS place_name, coalesce(red.red_aspects, []) AS red_aspects,
    coalesce(severe.overdue_severe, 0) AS overdue_severe, severe.due_since
FROM red
FULL JOIN severe USING (network, place)
LEFT JOIN places AS named ON named.place_id = place
ORDER BY overdue_severe DESC, len(red_aspects) DESC, network, place;
COMMENT ON VIEW promotion_hold IS 'Places to which no advertising should send anybody now: red in some aspect, or with severe cases past their time.';
COMMENT ON COLUMN promotion_hold.network IS 'The company; the listing itself where only an import knows it.';
COMMENT ON COLUMN promotion_hold.place IS 'The place; the listing where it has none.';
COMMENT ON COLUMN promotion_hold.place_name IS 'Its name.';
COMMENT ON COLUMN promotion_hold.red_aspects IS 'What is red in traffic_light, worst first.';
COMMENT ON COLUMN promotion_hold.overdue_severe IS 'Severe cases that nobody answered in time.';
COMMENT ON COLUMN promotion_hold.due_since IS 'Since when the oldest of them is late.';
