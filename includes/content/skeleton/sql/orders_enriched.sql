-- The latest valid version of each order.
USE CATALOG IDENTIFIER(:catalog);
USE SCHEMA IDENTIFIER(:schema);

CREATE OR REPLACE TABLE orders_enriched
COMMENT 'One row for each valid order'
[% set column = 'updated_on' %]
[% include 'includes/content/layout.sql.jinja' %]
AS
WITH
typed_orders AS (
    SELECT
        nullif(trim(id), '') AS id,
        nullif(trim(name), '') AS name,
        try_cast(amount AS DECIMAL(10, 2)) AS amount,
        try_cast(updated_at AS TIMESTAMP) AS updated_at
    FROM raw_orders
),

-- The columns after updated_at settle ties, so that every run agrees.
ranked_orders AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY id
            ORDER BY updated_at DESC NULLS LAST, amount DESC, name DESC
        ) AS age
    FROM typed_orders
    WHERE id IS NOT NULL AND amount IS NOT NULL
)

SELECT
    id,
    name,
    amount,
    cast(updated_at AS DATE) AS updated_on
FROM ranked_orders
WHERE age = 1;
