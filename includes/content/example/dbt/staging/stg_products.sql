with typed as (
    select
        upper({{ clean_text('product_id') }}) as product_id,
        {{ clean_text('name') }} as product_name,
        lower({{ clean_text('category') }}) as category,
        try_cast(list_price as decimal(10, 2)) as list_price,
        try_cast(updated_at as timestamp) as updated_at
    from {{ source('raw', 'products') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by product_id
            order by updated_at desc nulls last, list_price desc, product_name desc, category desc
        ) as age
    from typed
    where product_id is not null and list_price >= 0
)

select
    product_id,
    product_name,
    category,
    list_price
from ranked
where age = 1
