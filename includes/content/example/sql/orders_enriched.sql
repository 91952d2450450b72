-- The latest valid version of each order, with its customer's country and its product's category.
USE CATALOG IDENTIFIER(:catalog);
USE SCHEMA IDENTIFIER(:schema);

CREATE OR REPLACE TABLE orders_enriched
COMMENT 'One row for each valid order'
[% set column = 'order_date' %]
[% include 'includes/content/layout.sql.jinja' %]
AS
WITH
typed_orders AS (
    SELECT
        upper(nullif(trim(order_id), '')) AS order_id,
        upper(nullif(trim(customer_id), '')) AS customer_id,
        upper(nullif(trim(product_id), '')) AS product_id,
        try_cast(order_date AS DATE) AS order_date,
        try_cast(quantity AS INT) AS quantity,
        try_cast(unit_price AS DECIMAL(10, 2)) AS unit_price,
        lower(nullif(trim(status), '')) AS status,
        try_cast(updated_at AS TIMESTAMP) AS updated_at
    FROM raw_orders
),

-- The columns after updated_at settle ties, so that every run agrees.
ranked_orders AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY order_id
            ORDER BY
                updated_at DESC NULLS LAST, order_date DESC, quantity DESC, unit_price DESC,
                customer_id DESC, product_id DESC, status DESC
        ) AS age
    FROM typed_orders
    WHERE
        order_id IS NOT NULL
        AND product_id IS NOT NULL
        AND order_date IS NOT NULL
        AND quantity > 0
        AND unit_price >= 0
),

typed_customers AS (
    SELECT
        upper(trim(customer_id)) AS customer_id,
        nullif(regexp_extract(upper(trim(country)), '^[A-Z]{2}$', 0), '') AS country,
        try_cast(updated_at AS TIMESTAMP) AS updated_at
    FROM raw_customers
),

latest_customers AS (
    SELECT
        customer_id,
        max_by(country, struct(updated_at, country)) AS country
    FROM typed_customers
    GROUP BY customer_id
),

typed_products AS (
    SELECT
        upper(trim(product_id)) AS product_id,
        lower(nullif(trim(category), '')) AS category,
        try_cast(list_price AS DECIMAL(10, 2)) AS list_price,
        try_cast(updated_at AS TIMESTAMP) AS updated_at
    FROM raw_products
),

latest_products AS (
    SELECT
        product_id,
        max_by(category, struct(updated_at, category)) AS category
    FROM typed_products
    WHERE list_price >= 0
    GROUP BY product_id
)

SELECT
    orders.order_id,
    orders.order_date,
    orders.status,
    orders.customer_id,
    coalesce(customers.country, 'unknown') AS country,
    orders.product_id,
    coalesce(products.category, 'unknown') AS category,
    orders.quantity,
    orders.quantity * orders.unit_price AS revenue
FROM ranked_orders AS orders
LEFT JOIN latest_customers AS customers ON orders.customer_id = customers.customer_id
LEFT JOIN latest_products AS products ON orders.product_id = products.product_id
WHERE orders.age = 1;
