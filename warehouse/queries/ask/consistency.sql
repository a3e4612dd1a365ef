-- How reliably places satisfy, and how far they lie apart.
FROM consistency;
