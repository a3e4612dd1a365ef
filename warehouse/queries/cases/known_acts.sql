-- Return the acts that reached the warehouse.
SELECT act_id FROM case_acts;
