-- Which family each aspect belongs to: what clients got, how they got it, or what they had expected.
CREATE OR REPLACE VIEW aspect_families AS
SELECT * FROM (VALUES
    ('staff_attitude', 'process'), ('waiting', 'process'), ('delivery', 'process'), ('communication_and_promises', 'process'),
    ('complaint_handling', 'process'), ('refunds', 'process'), ('app_and_website', 'process'),
    ('staff_competence', 'result'), ('product_or_result', 'result'), ('cleanliness_and_comfort', 'result'),
    ('safety_and_health', 'result'), ('price_and_charges', 'expectation'), ('expectation_gap', 'expectation'), ('other', 'other')
) AS known (aspect, family);
COMMENT ON VIEW aspect_families IS 'Which family each aspect belongs to: what clients got, how they got it, or what they had expected.';
COMMENT ON COLUMN aspect_families.aspect IS 'What a review can be about.';
COMMENT ON COLUMN aspect_families.family IS 'process, result, expectation or other.';
