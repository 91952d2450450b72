[% set cleaned = etl or 'ml' in workloads %]
[% if cleaned %]
"""The entities of the source: their columns, what makes a row of them valid, and their key."""

from pyspark.sql import Column

from .entity import Entity, parsed, text


def columns() -> list[Column]:
    """Return the columns that all entities have until each gets its own."""
    return [
        text("id").alias("id"),
        text("name").alias("name"),
        parsed("amount", "DECIMAL(10, 2)"),
        parsed("updated_at", "TIMESTAMP"),
        parsed("updated_at", "DATE").alias("updated_on"),
    ]


[% else %]
"""The entities of the source, and their columns."""

from .entity import Entity

[% endif %]
ENTITIES = {
    name: Entity(
        delivered=["id", "name", "amount", "updated_at"],
[% if cleaned %]
        key="id",
        columns=columns,
        rules={"no id": "id IS NOT NULL", "no valid amount": "amount IS NOT NULL"},
[% endif %]
    )
    for name in ("customers", "orders", "products")
}
