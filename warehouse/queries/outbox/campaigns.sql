-- Return how many others wait in some campaigns, and over how many places these go.
SELECT campaign_id, greatest(waiting - 1, 0), places FROM campaigns WHERE list_contains($campaigns, campaign_id);
