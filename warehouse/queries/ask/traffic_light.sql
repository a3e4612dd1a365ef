-- Which places are red, yellow or green in which aspect, and the network by month.
FROM traffic_light;
