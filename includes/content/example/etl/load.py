"""Load: clean tables become the figures people read."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ..ops.outcome import Outcome, counted
from . import tables, transform

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


def run(spark: SparkSession, catalog: str, schema: str) -> Outcome:
    """Write ``daily_revenue`` from the three clean tables."""
    write_revenue(spark, catalog, schema)
    return counted(tables.read(spark, catalog, schema, "daily_revenue").count())


def write_revenue(spark: SparkSession, catalog: str, schema: str) -> None:
    """Write the table; a clean table that no run has made yet counts as empty."""
    customers, orders, products = (
        transform.read_clean(spark, catalog, schema, entity)
        for entity in ("customers", "orders", "products")
    )
    tables.write(daily_revenue(customers, orders, products), catalog, schema, "daily_revenue")
