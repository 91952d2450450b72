with typed as (
    select
        upper({{ clean_text('customer_id') }}) as customer_id,
        {{ clean_text('name') }} as customer_name,
        upper({{ clean_text('country') }}) as country,
        try_cast(updated_at as timestamp) as updated_at
    from {{ source('raw', 'customers') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by customer_id
            order by updated_at desc nulls last, customer_name desc, country desc
        ) as age
    from typed
    where customer_id is not null
)

select
    customer_id,
    customer_name,
    case when length(country) = 2 then country end as country
from ranked
where age = 1
