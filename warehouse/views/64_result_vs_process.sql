-- What complaints are about, by place and month: what clients got, how they got it, what they had expected, or several.
CREATE OR REPLACE VIEW result_vs_process AS
WITH told AS (
    SELECT judged.network, judged.place, date_trunc('month', judged.said_at) AS month, judged.is_complaint,
        list_bool_or([false] || list_transform(judged.aspects, lambda one: list_contains(family.processes, one))) AS on_process,
        list_bool_or([false] || list_transform(judged.aspects, lambda one: list_contains(family.results, one))) AS on_result,
        list_bool_or([false] || list_transform(judged.aspects, lambda one: list_contains(family.expected, one)))
            AS on_expectation
    FROM judged_reviews AS judged
    CROSS JOIN (
        SELECT list(aspect) FILTER (family = 'process') AS processes, list(aspect) FILTER (family = 'result') AS results,
            list(aspect) FILTER (family = 'expectation') AS expected
        FROM aspect_families
    ) AS family
)
SELECT network, place, month, count(*) AS reviews, count(*) FILTER (is_complaint) AS complaints,
    count(*) FILTER (is_complaint AND on_process AND NOT on_result) AS process_only,
    count(*) FILTER (is_complaint AND on_result AND NOT on_process) AS result_only,
    count(*) FILTER (is_complaint AND on_result AND on_process) AS result_and_process,
    count(*) FILTER (is_complaint AND on_expectation) AS expectation,
    count(*) FILTER (is_complaint AND NOT (on_process OR on_result OR on_expectation)) AS unnamed,
    round((process_only + 20 * (sum(process_only) OVER whole / nullif(sum(complaints) OVER whole, 0))) / (complaints + 20), 3)
        AS process_share,
    complaints < 20 AS is_grey
FROM told
GROUP BY network, place, month
WINDOW whole AS (PARTITION BY network, month)
ORDER BY network, place, month;
COMMENT ON VIEW result_vs_process IS 'What complaints are about, by place and month: what clients got, how they got it, what they had expected, or several.';
COMMENT ON COLUMN result_vs_process.network IS 'The company; the listing itself where only an import knows it.';
COMMENT ON COLUMN result_vs_process.place IS 'The place; the listing where it has none.';
COMMENT ON COLUMN result_vs_process.month IS 'Month of posting.';
COMMENT ON COLUMN result_vs_process.reviews IS 'Judged reviews.';
COMMENT ON COLUMN result_vs_process.complaints IS 'Complaints among them.';
COMMENT ON COLUMN result_vs_process.process_only IS 'Complaints about how it was done and not about what came of it.';
COMMENT ON COLUMN result_vs_process.result_only IS 'Complaints about what came of it and not about how it was done.';
COMMENT ON COLUMN result_vs_process.result_and_process IS 'Complaints about both.';
COMMENT ON COLUMN result_vs_process.expectation IS 'Complaints about prices, or about something else than was promised; they may be among the others, too.';
COMMENT ON COLUMN result_vs_process.unnamed IS 'Complaints of which nothing is known but that they are.';
COMMENT ON COLUMN result_vs_process.process_share IS 'process_only / complaints, with 20 complaints of the network''s share added.';
COMMENT ON COLUMN result_vs_process.is_grey IS 'Fewer than 20 complaints: too few to speak of.';
