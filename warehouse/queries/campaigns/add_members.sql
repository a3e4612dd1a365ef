-- Keep the members of all campaigns.
INSERT INTO campaign_members BY NAME FROM batch;
