with typed as (
    select
        upper({{ clean_text('order_id') }}) as order_id,
        upper({{ clean_text('customer_id') }}) as customer_id,
        upper({{ clean_text('product_id') }}) as product_id,
        {{ parsed('order_date', 'date') }} as order_date,
        {{ parsed('quantity', 'int') }} as quantity,
        {{ parsed('unit_price', 'decimal(10, 2)') }} as unit_price,
        lower(trim(status)) as status,
        {{ parsed('updated_at', 'timestamp') }} as updated_at
    from {{ source('raw', 'raw_orders') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by order_id order by updated_at desc nulls last, quantity, unit_price, status
        ) as version
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
    quantity,
    unit_price,
    status,
    quantity * unit_price as revenue
from ranked
where version = 1
