-- Orders and their amount by day.
USE CATALOG IDENTIFIER(:catalog);
USE SCHEMA IDENTIFIER(:schema);

CREATE OR REPLACE TABLE order_report
COMMENT 'One row for each day with an order'
[% include 'includes/content/properties.sql.jinja' %]
AS
SELECT
    updated_on,
    count(*) AS orders,
    sum(amount) AS amount
FROM orders_enriched
GROUP BY updated_on;
