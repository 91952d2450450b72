-- Bronze: the rows of the CSV files, as delivered, each file read once.
-- A full refresh would lose the rows of files that are gone: it is not allowed.

CREATE OR REFRESH STREAMING TABLE bronze_customers
COMMENT 'Customers as delivered, each file once'
TBLPROPERTIES ("pipelines.reset.allowed" = "false")
AS SELECT
  id,
  name,
  amount,
  updated_at,
  _metadata.file_path AS _source_file,
  current_timestamp() AS _ingested_at
FROM STREAM read_files(
  '${source}/customers*.csv',
  format => 'csv',
  schema => 'id STRING, name STRING, amount STRING, updated_at STRING',
  header => true,
  enforceSchema => false
);

CREATE OR REFRESH STREAMING TABLE bronze_orders
COMMENT 'Orders as delivered, each file once'
TBLPROPERTIES ("pipelines.reset.allowed" = "false")
AS SELECT
  id,
  name,
  amount,
  updated_at,
  _metadata.file_path AS _source_file,
  current_timestamp() AS _ingested_at
FROM STREAM read_files(
  '${source}/orders*.csv',
  format => 'csv',
  schema => 'id STRING, name STRING, amount STRING, updated_at STRING',
  header => true,
  enforceSchema => false
);

CREATE OR REFRESH STREAMING TABLE bronze_products
COMMENT 'Products as delivered, each file once'
TBLPROPERTIES ("pipelines.reset.allowed" = "false")
AS SELECT
  id,
  name,
  amount,
  updated_at,
  _metadata.file_path AS _source_file,
  current_timestamp() AS _ingested_at
FROM STREAM read_files(
  '${source}/products*.csv',
  format => 'csv',
  schema => 'id STRING, name STRING, amount STRING, updated_at STRING',
  header => true,
  enforceSchema => false
);
