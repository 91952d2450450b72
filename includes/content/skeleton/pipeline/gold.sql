-- Gold: the figures people read, from the latest version of each row.
-- A hash settles ties between versions, so every run agrees.

CREATE TEMPORARY VIEW latest_customers AS SELECT newest.* FROM (
  SELECT max_by(struct(*), struct(updated_at, xxhash64(*))) AS newest
  FROM silver_customers
  GROUP BY id
);

CREATE TEMPORARY VIEW latest_orders AS SELECT newest.* FROM (
  SELECT max_by(struct(*), struct(updated_at, xxhash64(*))) AS newest
  FROM silver_orders
  GROUP BY id
);

CREATE TEMPORARY VIEW latest_products AS SELECT newest.* FROM (
  SELECT max_by(struct(*), struct(updated_at, xxhash64(*))) AS newest
  FROM silver_products
  GROUP BY id
);

CREATE OR REFRESH MATERIALIZED VIEW gold_totals
COMMENT 'Rows and amounts by entity'
AS SELECT 'customers' AS entity, count(id) AS records, sum(amount) AS amount FROM latest_customers
UNION ALL
SELECT 'orders' AS entity, count(id) AS records, sum(amount) AS amount FROM latest_orders
UNION ALL
SELECT 'products' AS entity, count(id) AS records, sum(amount) AS amount FROM latest_products;
