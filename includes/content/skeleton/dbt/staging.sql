with typed as (
    select
        {{ clean_text('id') }} as id,
        {{ clean_text('name') }} as name,
        try_cast(amount as decimal(10, 2)) as amount,
        try_cast(updated_at as timestamp) as updated_at
    from {{ source('raw', '[[ entity ]]') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by id
            order by updated_at desc nulls last, amount desc, name desc
        ) as age
    from typed
    where id is not null and amount is not null
)

select
    id,
    name,
    amount,
    cast(updated_at as date) as updated_on
from ranked
where age = 1
