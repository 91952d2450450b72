-- Returns a row, and so fails, when the days do not add up to the orders.
select
    days.orders as by_day,
    staged.orders as in_staging
from (select coalesce(sum(orders), 0) as orders from {{ ref('orders_by_day') }}) as days
cross join (
    select count(*) as orders
    from {{ ref('stg_orders') }}
    where status = 'completed'
) as staged
where days.orders <> staged.orders
