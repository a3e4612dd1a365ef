-- How each listing answers: speed, form, what came back and what it changed.
FROM response_scorecard;
