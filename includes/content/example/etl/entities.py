[% set cleaned = etl or 'ml' in workloads %]
[% if cleaned %]
"""The entities of the source: their columns, what makes a row of them valid, and their key."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from .entity import Entity, parsed, text


def customer_columns() -> list[Column]:
    """Return the columns of a customer; an implausible e-mail or country becomes null."""
    email = F.lower(text("email"))
    country = F.upper(text("country"))
    return [
        F.upper(text("customer_id")).alias("customer_id"),
        F.regexp_replace(text("name"), r"\s+", " ").alias("name"),
        F.when(email.rlike(r"^[^@\s]+@[^@\s]+\.[^@\s]+$"), email).alias("email"),
        F.when(country.rlike("^[A-Z]{2}$"), country).alias("country"),
        parsed("updated_at", "TIMESTAMP"),
    ]


def order_columns() -> list[Column]:
    """Return the columns of an order and its revenue."""
    # INT times DECIMAL is DECIMAL: no rounding error, and wide enough never to overflow.
    revenue = "try_cast(quantity AS INT) * try_cast(unit_price AS DECIMAL(10, 2))"
    return [
        F.upper(text("order_id")).alias("order_id"),
        F.upper(text("customer_id")).alias("customer_id"),
        F.upper(text("product_id")).alias("product_id"),
        parsed("order_date", "DATE"),
        parsed("quantity", "INT"),
        parsed("unit_price", "DECIMAL(10, 2)"),
        F.lower(text("status")).alias("status"),
        parsed("updated_at", "TIMESTAMP"),
        F.expr(revenue).alias("revenue"),
    ]


def product_columns() -> list[Column]:
    """Return the columns of a product; categories are in lower case."""
    return [
        F.upper(text("product_id")).alias("product_id"),
        F.regexp_replace(text("name"), r"\s+", " ").alias("name"),
        F.lower(text("category")).alias("category"),
        parsed("list_price", "DECIMAL(10, 2)"),
        parsed("updated_at", "TIMESTAMP"),
    ]


[% else %]
"""The entities of the source, and their columns."""

from .entity import Entity

[% endif %]
ENTITIES = {
    "customers": Entity(
        delivered=["customer_id", "name", "email", "country", "updated_at"],
[% if cleaned %]
        key="customer_id",
        columns=customer_columns,
        rules={"no customer_id": "customer_id IS NOT NULL"},
[% endif %]
    ),
[% if cleaned %]
    # An order without a customer is valid: it is revenue all the same. So is a cancelled one, since
    # it replaces its earlier versions.
[% endif %]
    "orders": Entity(
        delivered=[
            "order_id",
            "customer_id",
            "product_id",
            "order_date",
            "quantity",
            "unit_price",
            "status",
            "updated_at",
        ],
[% if cleaned %]
        key="order_id",
        columns=order_columns,
        rules={
            "no order_id": "order_id IS NOT NULL",
            "no product_id": "product_id IS NOT NULL",
            "no valid order_date": "order_date IS NOT NULL",
            "no positive quantity": "quantity > 0",
            "no valid unit_price": "unit_price >= 0",
        },
[% endif %]
    ),
    "products": Entity(
        delivered=["product_id", "name", "category", "list_price", "updated_at"],
[% if cleaned %]
        key="product_id",
        columns=product_columns,
        rules={
            "no product_id": "product_id IS NOT NULL",
            "no valid list_price": "list_price >= 0",
        },
[% endif %]
    ),
}
