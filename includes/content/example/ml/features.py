"""Features of an order, from which a model learns whether it will be cancelled."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ..etl import tables, transform
from ..etl.entities import ENTITIES

KEYS = ["order_id"]
NUMBERS = ["quantity", "unit_price", "share_of_list_price"]
CATEGORIES = ["country", "category"]
FEATURES = [*NUMBERS, *CATEGORIES]
LABEL = "cancelled"  # 1, or 0 for a completed order; null as long as the order is open

UNKNOWN = "unknown"


def read(spark: SparkSession, catalog: str, schema: str) -> DataFrame:
    """Return the features of all valid orders in the raw tables."""
    raw = {name: tables.read(spark, catalog, schema, f"raw_{name}") for name in ENTITIES}
    return build(**{name: transform.clean(name, frame) for name, frame in raw.items()})


def build(customers: DataFrame, orders: DataFrame, products: DataFrame) -> DataFrame:
    """Return the keys, the features and the label of each order.

    Args:
        customers: clean customers.
        orders: clean orders.
        products: clean products; what is not among them counts as sold at its list price.
    """
    share = F.expr("coalesce(try_divide(unit_price, list_price), 1)")
    label = F.expr("CASE status WHEN 'cancelled' THEN 1 WHEN 'completed' THEN 0 END")
    return (
        orders.join(customers.select("customer_id", "country"), "customer_id", "left")
        .join(products.select("product_id", "category", "list_price"), "product_id", "left")
        .withColumn("share_of_list_price", share)
        .select(
            *KEYS,
            *(F.col(name).cast("DOUBLE").alias(name) for name in NUMBERS),
            *(F.coalesce(name, F.lit(UNKNOWN)).alias(name) for name in CATEGORIES),
            label.alias(LABEL),
        )
    )


def to_learn(rows: DataFrame) -> DataFrame:
    """Return the rows that a model learns from: orders that ended one way or the other."""
    return rows.where(F.col(LABEL).isNotNull())


def to_predict(rows: DataFrame) -> DataFrame:
    """Return the rows that are to be predicted: open orders."""
    return rows.where(F.col(LABEL).isNull())
