"""Load: clean tables become the figures people read."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from . import tables

UNKNOWN = "unknown"


def daily_revenue(customers: DataFrame, orders: DataFrame, products: DataFrame) -> DataFrame:
    """Sum up completed orders by date, country and category.

    An order whose customer or product is not known counts as ``unknown``: revenue never gets lost.
    """
    return (
        orders.where("status = 'completed'")
        .join(customers.select("customer_id", "country"), "customer_id", "left")
        .join(products.select("product_id", "category"), "product_id", "left")
        .fillna(UNKNOWN, ["country", "category"])
        .groupBy("order_date", "country", "category")
        .agg(
            F.count("order_id").alias("orders"),
            F.sum("quantity").alias("units"),
            F.sum("revenue").alias("revenue"),
        )
    )


def run(spark: SparkSession, catalog: str, schema: str) -> None:
    """Write ``daily_revenue`` from the three clean tables."""
    customers, orders, products = (
        tables.read(spark, catalog, schema, f"clean_{entity}")
        for entity in ("customers", "orders", "products")
    )
    tables.write(daily_revenue(customers, orders, products), catalog, schema, "daily_revenue")
