-- What belongs together: copies of one review, one author, waves of complaints or praise, with how many of it wait.
FROM campaigns;
