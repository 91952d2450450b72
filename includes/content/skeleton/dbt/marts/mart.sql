[% set column = 'updated_on' %]
[% include 'includes/content/layout.dbt.jinja' %]
select
    updated_on,
    count(*) as orders,
    sum(amount) as amount
from {{ ref('stg_orders') }}
group by updated_on
