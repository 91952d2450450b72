with typed as (
    select
        upper({{ clean_text('order_id') }}) as order_id,
        upper({{ clean_text('customer_id') }}) as customer_id,
        upper({{ clean_text('product_id') }}) as product_id,
        try_cast(order_date as date) as order_date,
        try_cast(quantity as int) as quantity,
        try_cast(unit_price as decimal(10, 2)) as unit_price,
        lower({{ clean_text('status') }}) as status,
        try_cast(updated_at as timestamp) as updated_at
    from {{ source('raw', 'orders') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by order_id
            order by
                updated_at desc nulls last, order_date desc, quantity desc, unit_price desc,
                customer_id desc, product_id desc, status desc
        ) as age
    from typed
    where
        order_id is not null
        and product_id is not null
        and order_date is not null
        and quantity > 0
        and unit_price >= 0
)

select
    order_id,
    customer_id,
    product_id,
    order_date,
    status,
    quantity,
    quantity * unit_price as revenue
from ranked
where age = 1
