-- Which places should not be advertised now.
FROM promotion_hold;
