-- Returns a row, and so fails, when few of the delivered orders are valid: a column may have changed.
select
    delivered.orders as delivered,
    staged.orders as valid
from (
    select count(distinct upper({{ clean_text('order_id') }})) as orders
    from {{ source('raw', 'orders') }}
) as delivered
cross join (select count(*) as orders from {{ ref('stg_orders') }}) as staged
where staged.orders < {{ var('min_valid_share') }} * delivered.orders
