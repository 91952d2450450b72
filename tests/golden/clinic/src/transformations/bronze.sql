-- Bronze: the rows of the CSV files, as delivered, each file read once.
-- A full refresh would lose the rows of files that are gone: it is not allowed.

CREATE OR REFRESH STREAMING TABLE bronze_customers
COMMENT 'Customers as delivered, each file once'
TBLPROPERTIES ("pipelines.reset.allowed" = "false")
AS SELECT
  customer_id,
  name,
  email,
  country,
  updated_at,
  _metadata.file_path AS _source_file,
  current_timestamp() AS _ingested_at
FROM STREAM read_files(
  '${source}/customers*.csv',
  format => 'csv',
  schema => 'customer_id STRING, name STRING, email STRING, country STRING, updated_at STRING',
  header => true,
  enforceSchema => false
);

CREATE OR REFRESH STREAMING TABLE bronze_orders
COMMENT 'Orders as delivered, each file once'
TBLPROPERTIES ("pipelines.reset.allowed" = "false")
AS SELECT
  order_id,
  customer_id,
  product_id,
  order_date,
  quantity,
  unit_price,
  status,
  updated_at,
  _metadata.file_path AS _source_file,
  current_timestamp() AS _ingested_at
FROM STREAM read_files(
  '${source}/orders*.csv',
  format => 'csv',
  schema => 'order_id STRING, customer_id STRING, product_id STRING, order_date STRING, quantity STRING, unit_price STRING, status STRING, updated_at STRING',
  header => true,
  enforceSchema => false
);

CREATE OR REFRESH STREAMING TABLE bronze_products
COMMENT 'Products as delivered, each file once'
TBLPROPERTIES ("pipelines.reset.allowed" = "false")
AS SELECT
  product_id,
  name,
  category,
  list_price,
  updated_at,
  _metadata.file_path AS _source_file,
  current_timestamp() AS _ingested_at
FROM STREAM read_files(
  '${source}/products*.csv',
  format => 'csv',
  schema => 'product_id STRING, name STRING, category STRING, list_price STRING, updated_at STRING',
  header => true,
  enforceSchema => false
);
