-- Drop all members, to be found anew.
DELETE FROM campaign_members;
