-- Gold: the figures people read, from the latest version of each row.
-- A hash settles ties between versions, so every run agrees.

CREATE TEMPORARY VIEW latest_customers AS SELECT newest.* FROM (
  SELECT max_by(struct(*), struct(updated_at, xxhash64(*))) AS newest
  FROM silver_customers
  GROUP BY customer_id
);

CREATE TEMPORARY VIEW latest_orders AS SELECT newest.* FROM (
  SELECT max_by(struct(*), struct(updated_at, xxhash64(*))) AS newest
  FROM silver_orders
  GROUP BY order_id
);

CREATE TEMPORARY VIEW latest_products AS SELECT newest.* FROM (
  SELECT max_by(struct(*), struct(updated_at, xxhash64(*))) AS newest
  FROM silver_products
  GROUP BY product_id
);

-- An order whose customer or product is not known counts as unknown: revenue never gets lost.
CREATE OR REFRESH MATERIALIZED VIEW gold_daily_revenue
COMMENT 'Revenue of completed orders by date, country and category'
AS SELECT
  order_date,
  coalesce(country, 'unknown') AS country,
  coalesce(category, 'unknown') AS category,
  count(order_id) AS orders,
  sum(quantity) AS units,
  sum(quantity * unit_price) AS revenue
FROM latest_orders
LEFT JOIN latest_customers USING (customer_id)
LEFT JOIN latest_products USING (product_id)
WHERE status = 'completed'
GROUP BY order_date, coalesce(country, 'unknown'), coalesce(category, 'unknown');
