-- Return the names of all tables of the warehouse.
SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary;
