{{
  config(
    liquid_clustered_by='order_date',
    tblproperties={
      'delta.autoOptimize.optimizeWrite': 'true',
      'delta.autoOptimize.autoCompact': 'true'
    }
  )
}}

select
    orders.order_date,
    coalesce(customers.country, 'unknown') as country,
    count(*) as orders,
    sum(orders.quantity) as units,
    sum(orders.revenue) as revenue
from {{ ref('stg_orders') }} as orders
left join {{ ref('stg_customers') }} as customers on orders.customer_id = customers.customer_id
where orders.status = 'completed'
group by orders.order_date, coalesce(customers.country, 'unknown')
