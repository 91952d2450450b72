"""The entities of the source, and their columns."""

from .entity import Entity

ENTITIES = {
    "customers": Entity(
        delivered=["customer_id", "name", "email", "country", "updated_at"],
    ),
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
    ),
    "products": Entity(
        delivered=["product_id", "name", "category", "list_price", "updated_at"],
    ),
}
