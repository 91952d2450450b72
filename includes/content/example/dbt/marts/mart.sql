[% set column = 'order_date' %]
[% include 'includes/content/layout.dbt.jinja' %]
with completed as (
    select
        orders.order_date,
        coalesce(customers.country, 'unknown') as country,
        coalesce(products.category, 'unknown') as category,
        orders.quantity,
        orders.revenue
    from {{ ref('stg_orders') }} as orders
    left join {{ ref('stg_customers') }} as customers on orders.customer_id = customers.customer_id
    left join {{ ref('stg_products') }} as products on orders.product_id = products.product_id
    where orders.status = 'completed'
)

select
    order_date,
    country,
    category,
    count(*) as orders,
    sum(quantity) as units,
    sum(revenue) as revenue
from completed
group by order_date, country, category
