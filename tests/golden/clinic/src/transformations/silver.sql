-- Silver: typed rows. Those that break a rule are dropped from it and kept in a quarantine.
-- A rule is true or false, never null, so that nothing hangs on how an expectation takes a null.

CREATE TEMPORARY VIEW typed_customers AS SELECT
  upper(nullif(trim(customer_id), '')) AS customer_id,
  nullif(trim(name), '') AS name,
  nullif(regexp_extract(lower(trim(email)), '^[^@ ]+@[^@ ]+[.][^@ ]+$', 0), '') AS email,
  nullif(regexp_extract(upper(trim(country)), '^[A-Z]{2}$', 0), '') AS country,
  try_cast(updated_at AS TIMESTAMP) AS updated_at,
  to_json(struct(*)) AS delivered
FROM STREAM(bronze_customers);

CREATE OR REFRESH STREAMING TABLE silver_customers (
  CONSTRAINT has_email EXPECT (email IS NOT NULL),
  CONSTRAINT has_id EXPECT (customer_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT plausible_id EXPECT (customer_id IS NULL OR length(customer_id) < 100) ON VIOLATION DROP ROW
)
COMMENT 'Customers that keep the rules'
AS SELECT * EXCEPT (delivered) FROM STREAM(typed_customers);

CREATE OR REFRESH STREAMING TABLE quarantine_customers
COMMENT 'Customers that break a rule, and which'
AS SELECT * FROM (
  SELECT
    array_compact(array(
      CASE WHEN NOT (customer_id IS NOT NULL) THEN 'has_id' END,
      CASE WHEN NOT (customer_id IS NULL OR length(customer_id) < 100) THEN 'plausible_id' END
    )) AS broken_rules,
    delivered
  FROM STREAM(typed_customers)
)
WHERE size(broken_rules) > 0;

CREATE TEMPORARY VIEW typed_orders AS SELECT
  upper(nullif(trim(order_id), '')) AS order_id,
  upper(nullif(trim(customer_id), '')) AS customer_id,
  upper(nullif(trim(product_id), '')) AS product_id,
  try_cast(order_date AS DATE) AS order_date,
  try_cast(quantity AS INT) AS quantity,
  try_cast(unit_price AS DECIMAL(10, 2)) AS unit_price,
  lower(nullif(trim(status), '')) AS status,
  try_cast(updated_at AS TIMESTAMP) AS updated_at,
  to_json(struct(*)) AS delivered
FROM STREAM(bronze_orders);

CREATE OR REFRESH STREAMING TABLE silver_orders (
  CONSTRAINT has_customer EXPECT (customer_id IS NOT NULL),
  CONSTRAINT has_id EXPECT (order_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT has_product EXPECT (product_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT has_date EXPECT (order_date IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT has_quantity EXPECT (quantity IS NOT NULL AND quantity > 0) ON VIOLATION DROP ROW,
  CONSTRAINT has_price EXPECT (unit_price IS NOT NULL AND unit_price >= 0) ON VIOLATION DROP ROW,
  CONSTRAINT plausible_price EXPECT (unit_price IS NULL OR unit_price < 1000000) ON VIOLATION DROP ROW
)
COMMENT 'Orders that keep the rules'
CLUSTER BY (order_date)
AS SELECT * EXCEPT (delivered) FROM STREAM(typed_orders);

CREATE OR REFRESH STREAMING TABLE quarantine_orders
COMMENT 'Orders that break a rule, and which'
AS SELECT * FROM (
  SELECT
    array_compact(array(
      CASE WHEN NOT (order_id IS NOT NULL) THEN 'has_id' END,
      CASE WHEN NOT (product_id IS NOT NULL) THEN 'has_product' END,
      CASE WHEN NOT (order_date IS NOT NULL) THEN 'has_date' END,
      CASE WHEN NOT (quantity IS NOT NULL AND quantity > 0) THEN 'has_quantity' END,
      CASE WHEN NOT (unit_price IS NOT NULL AND unit_price >= 0) THEN 'has_price' END,
      CASE WHEN NOT (unit_price IS NULL OR unit_price < 1000000) THEN 'plausible_price' END
    )) AS broken_rules,
    delivered
  FROM STREAM(typed_orders)
)
WHERE size(broken_rules) > 0;

CREATE TEMPORARY VIEW typed_products AS SELECT
  upper(nullif(trim(product_id), '')) AS product_id,
  nullif(trim(name), '') AS name,
  lower(nullif(trim(category), '')) AS category,
  try_cast(list_price AS DECIMAL(10, 2)) AS list_price,
  try_cast(updated_at AS TIMESTAMP) AS updated_at,
  to_json(struct(*)) AS delivered
FROM STREAM(bronze_products);

CREATE OR REFRESH STREAMING TABLE silver_products (
  CONSTRAINT has_category EXPECT (category IS NOT NULL),
  CONSTRAINT has_id EXPECT (product_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT has_price EXPECT (list_price IS NOT NULL AND list_price >= 0) ON VIOLATION DROP ROW,
  CONSTRAINT plausible_price EXPECT (list_price IS NULL OR list_price < 1000000) ON VIOLATION DROP ROW
)
COMMENT 'Products that keep the rules'
AS SELECT * EXCEPT (delivered) FROM STREAM(typed_products);

CREATE OR REFRESH STREAMING TABLE quarantine_products
COMMENT 'Products that break a rule, and which'
AS SELECT * FROM (
  SELECT
    array_compact(array(
      CASE WHEN NOT (product_id IS NOT NULL) THEN 'has_id' END,
      CASE WHEN NOT (list_price IS NOT NULL AND list_price >= 0) THEN 'has_price' END,
      CASE WHEN NOT (list_price IS NULL OR list_price < 1000000) THEN 'plausible_price' END
    )) AS broken_rules,
    delivered
  FROM STREAM(typed_products)
)
WHERE size(broken_rules) > 0;
