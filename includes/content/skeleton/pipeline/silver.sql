-- Silver: typed rows. Those that break a rule are dropped from it and kept in a quarantine.
-- A rule is true or false, never null, so that nothing hangs on how an expectation takes a null.

CREATE TEMPORARY VIEW typed_customers AS SELECT
  nullif(trim(id), '') AS id,
  nullif(trim(name), '') AS name,
  try_cast(amount AS DECIMAL(10, 2)) AS amount,
  try_cast(updated_at AS TIMESTAMP) AS updated_at,
[% if table_layout == 'partitioning' %]
  try_cast(updated_at AS DATE) AS updated_on,
[% endif %]
  to_json(struct(*)) AS delivered
FROM STREAM(bronze_customers);

CREATE OR REFRESH STREAMING TABLE silver_customers (
  CONSTRAINT has_name EXPECT (name IS NOT NULL),
  CONSTRAINT has_id EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT has_amount EXPECT (amount IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT plausible_amount EXPECT (amount IS NULL OR abs(amount) < 1000000) ON VIOLATION DROP ROW
)
COMMENT 'Customers that keep the rules'
[% if table_layout == 'clustering' %]
CLUSTER BY (id)
[% elif table_layout == 'partitioning' %]
PARTITIONED BY (updated_on)
[% endif %]
AS SELECT * EXCEPT (delivered) FROM STREAM(typed_customers);

CREATE OR REFRESH STREAMING TABLE quarantine_customers
COMMENT 'Customers that break a rule, and which'
AS SELECT * FROM (
  SELECT
    array_compact(array(
      CASE WHEN NOT (id IS NOT NULL) THEN 'has_id' END,
      CASE WHEN NOT (amount IS NOT NULL) THEN 'has_amount' END,
      CASE WHEN NOT (amount IS NULL OR abs(amount) < 1000000) THEN 'plausible_amount' END
    )) AS broken_rules,
    delivered
  FROM STREAM(typed_customers)
)
WHERE size(broken_rules) > 0;

CREATE TEMPORARY VIEW typed_orders AS SELECT
  nullif(trim(id), '') AS id,
  nullif(trim(name), '') AS name,
  try_cast(amount AS DECIMAL(10, 2)) AS amount,
  try_cast(updated_at AS TIMESTAMP) AS updated_at,
[% if table_layout == 'partitioning' %]
  try_cast(updated_at AS DATE) AS updated_on,
[% endif %]
  to_json(struct(*)) AS delivered
FROM STREAM(bronze_orders);

CREATE OR REFRESH STREAMING TABLE silver_orders (
  CONSTRAINT has_name EXPECT (name IS NOT NULL),
  CONSTRAINT has_id EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT has_amount EXPECT (amount IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT plausible_amount EXPECT (amount IS NULL OR abs(amount) < 1000000) ON VIOLATION DROP ROW
)
COMMENT 'Orders that keep the rules'
[% if table_layout == 'clustering' %]
CLUSTER BY (id)
[% elif table_layout == 'partitioning' %]
PARTITIONED BY (updated_on)
[% endif %]
AS SELECT * EXCEPT (delivered) FROM STREAM(typed_orders);

CREATE OR REFRESH STREAMING TABLE quarantine_orders
COMMENT 'Orders that break a rule, and which'
AS SELECT * FROM (
  SELECT
    array_compact(array(
      CASE WHEN NOT (id IS NOT NULL) THEN 'has_id' END,
      CASE WHEN NOT (amount IS NOT NULL) THEN 'has_amount' END,
      CASE WHEN NOT (amount IS NULL OR abs(amount) < 1000000) THEN 'plausible_amount' END
    )) AS broken_rules,
    delivered
  FROM STREAM(typed_orders)
)
WHERE size(broken_rules) > 0;

CREATE TEMPORARY VIEW typed_products AS SELECT
  nullif(trim(id), '') AS id,
  nullif(trim(name), '') AS name,
  try_cast(amount AS DECIMAL(10, 2)) AS amount,
  try_cast(updated_at AS TIMESTAMP) AS updated_at,
[% if table_layout == 'partitioning' %]
  try_cast(updated_at AS DATE) AS updated_on,
[% endif %]
  to_json(struct(*)) AS delivered
FROM STREAM(bronze_products);

CREATE OR REFRESH STREAMING TABLE silver_products (
  CONSTRAINT has_name EXPECT (name IS NOT NULL),
  CONSTRAINT has_id EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT has_amount EXPECT (amount IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT plausible_amount EXPECT (amount IS NULL OR abs(amount) < 1000000) ON VIOLATION DROP ROW
)
COMMENT 'Products that keep the rules'
[% if table_layout == 'clustering' %]
CLUSTER BY (id)
[% elif table_layout == 'partitioning' %]
PARTITIONED BY (updated_on)
[% endif %]
AS SELECT * EXCEPT (delivered) FROM STREAM(typed_products);

CREATE OR REFRESH STREAMING TABLE quarantine_products
COMMENT 'Products that break a rule, and which'
AS SELECT * FROM (
  SELECT
    array_compact(array(
      CASE WHEN NOT (id IS NOT NULL) THEN 'has_id' END,
      CASE WHEN NOT (amount IS NOT NULL) THEN 'has_amount' END,
      CASE WHEN NOT (amount IS NULL OR abs(amount) < 1000000) THEN 'plausible_amount' END
    )) AS broken_rules,
    delivered
  FROM STREAM(typed_products)
)
WHERE size(broken_rules) > 0;
