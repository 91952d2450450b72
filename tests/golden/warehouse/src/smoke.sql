-- The warehouse answers, and sees the schema.
USE CATALOG IDENTIFIER(:catalog);
USE SCHEMA IDENTIFIER(:schema);

SELECT 1 AS answer
