"""What the pipeline expects of delivered rows: their columns, types and rules, as SQL expressions.

A rule is true or false, never null, so that nothing hangs on how an expectation takes a null.
"""


def _text(column: str) -> str:
    """Trim a column; what is left empty is null."""
    return f"nullif(trim({column}), '')"


def _matching(value: str, pattern: str) -> str:
    """Keep a value that matches a pattern; any other is null."""
    return f"nullif(regexp_extract({value}, '^{pattern}$', 0), '')"


KEYS = {"customers": "customer_id", "orders": "order_id", "products": "product_id"}

# As delivered: the columns of a file, in their order, all of them text.
DELIVERED = {
    "customers": ["customer_id", "name", "email", "country", "updated_at"],
    "orders": [
        "order_id",
        "customer_id",
        "product_id",
        "order_date",
        "quantity",
        "unit_price",
        "status",
        "updated_at",
    ],
    "products": ["product_id", "name", "category", "list_price", "updated_at"],
}

TYPED = {
    "customers": {
        "customer_id": f"upper({_text('customer_id')})",
        "name": _text("name"),
        "email": _matching("lower(trim(email))", "[^@ ]+@[^@ ]+[.][^@ ]+"),
        "country": _matching("upper(trim(country))", "[A-Z]{2}"),
        "updated_at": "try_cast(updated_at AS TIMESTAMP)",
    },
    "orders": {
        "order_id": f"upper({_text('order_id')})",
        "customer_id": f"upper({_text('customer_id')})",
        "product_id": f"upper({_text('product_id')})",
        "order_date": "try_cast(order_date AS DATE)",
        "quantity": "try_cast(quantity AS INT)",
        "unit_price": "try_cast(unit_price AS DECIMAL(10, 2))",
        "status": f"lower({_text('status')})",
        "updated_at": "try_cast(updated_at AS TIMESTAMP)",
    },
    "products": {
        "product_id": f"upper({_text('product_id')})",
        "name": _text("name"),
        "category": f"lower({_text('category')})",
        "list_price": "try_cast(list_price AS DECIMAL(10, 2))",
        "updated_at": "try_cast(updated_at AS TIMESTAMP)",
    },
}

# Columns that the silver tables are clustered by.
LAYOUT = {"orders": ["order_date"]}

# A row that breaks one of these is counted, and kept.
WARN = {
    "customers": {"has_email": "email IS NOT NULL"},
    "orders": {"has_customer": "customer_id IS NOT NULL"},
    "products": {"has_category": "category IS NOT NULL"},
}

# A row that breaks one of these goes to the quarantine. None stops an update: bronze keeps the row,
# so each update after it would stop, too.
DROP = {
    "customers": {
        "has_id": "customer_id IS NOT NULL",
        "plausible_id": "customer_id IS NULL OR length(customer_id) < 100",
    },
    "orders": {
        "has_id": "order_id IS NOT NULL",
        "has_product": "product_id IS NOT NULL",
        "has_date": "order_date IS NOT NULL",
        "has_quantity": "quantity IS NOT NULL AND quantity > 0",
        "has_price": "unit_price IS NOT NULL AND unit_price >= 0",
        "plausible_price": "unit_price IS NULL OR unit_price < 1000000",
    },
    "products": {
        "has_id": "product_id IS NOT NULL",
        "has_price": "list_price IS NOT NULL AND list_price >= 0",
        "plausible_price": "list_price IS NULL OR list_price < 1000000",
    },
}
