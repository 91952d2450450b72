-- What each customer has bought, and how they rank by revenue.
USE CATALOG IDENTIFIER(:catalog);
USE SCHEMA IDENTIFIER(:schema);

CREATE OR REPLACE TABLE customer_report
COMMENT 'One row for each customer with a completed order'
[% include 'includes/content/properties.sql.jinja' %]
AS
SELECT
    customer_id,
    country,
    count(*) AS orders,
    sum(quantity) AS units,
    sum(revenue) AS revenue,
    min(order_date) AS first_order_on,
    max(order_date) AS last_order_on,
    rank() OVER (ORDER BY sum(revenue) DESC) AS revenue_rank,
    rank() OVER (PARTITION BY country ORDER BY sum(revenue) DESC) AS rank_in_country
FROM orders_enriched
WHERE status = 'completed' AND customer_id IS NOT NULL
GROUP BY customer_id, country;
