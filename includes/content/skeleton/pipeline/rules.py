"""What the pipeline expects of delivered rows: their columns, types and rules, as SQL expressions.

A rule is true or false, never null, so that nothing hangs on how an expectation takes a null.
"""

ENTITIES = ("customers", "orders", "products")

KEYS = dict.fromkeys(ENTITIES, "id")

# As delivered: the columns of a file, in their order, all of them text.
DELIVERED = dict.fromkeys(ENTITIES, ["id", "name", "amount", "updated_at"])

TYPED = dict.fromkeys(
    ENTITIES,
    {
        "id": "nullif(trim(id), '')",
        "name": "nullif(trim(name), '')",
        "amount": "try_cast(amount AS DECIMAL(10, 2))",
        "updated_at": "try_cast(updated_at AS TIMESTAMP)",
[% if table_layout == 'partitioning' %]
        "updated_on": "try_cast(updated_at AS DATE)",
[% endif %]
    },
)

[% if table_layout == 'clustering' %]
# Columns that the silver tables are clustered by.
LAYOUT = dict.fromkeys(ENTITIES, ["id"])

[% elif table_layout == 'partitioning' %]
# Columns that the silver tables are partitioned by.
LAYOUT = dict.fromkeys(ENTITIES, ["updated_on"])

[% endif %]
# A row that breaks one of these is counted, and kept.
WARN = dict.fromkeys(ENTITIES, {"has_name": "name IS NOT NULL"})

# A row that breaks one of these goes to the quarantine. None stops an update: bronze keeps the row,
# so each update after it would stop, too.
DROP = dict.fromkeys(
    ENTITIES,
    {
        "has_id": "id IS NOT NULL",
        "has_amount": "amount IS NOT NULL",
        "plausible_amount": "amount IS NULL OR abs(amount) < 1000000",
    },
)
