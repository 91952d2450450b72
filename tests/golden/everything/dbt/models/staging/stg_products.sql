with typed as (
    select
        upper({{ clean_text('product_id') }}) as product_id,
        {{ clean_text('name') }} as product_name,
        lower({{ clean_text('category') }}) as category,
        {{ parsed('list_price', 'decimal(10, 2)') }} as list_price,
        {{ parsed('updated_at', 'timestamp') }} as updated_at
    from {{ source('raw', 'raw_products') }}
),

ranked as (
    select
        *,
        row_number() over (partition by product_id order by updated_at desc nulls last, product_name) as version
    from typed
    where product_id is not null and list_price >= 0
)

select
    product_id,
    product_name,
    category,
    list_price
from ranked
where version = 1
