"""Gold: the figures people read, from the latest version of each row."""

from pyspark import pipelines as dp
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from all_of_retail.pipeline import frames

spark = SparkSession.active()


def latest(entity: str) -> DataFrame:
    return frames.latest(spark.read.table(f"silver_{entity}"), entity)


def or_unknown(column: str) -> Column:
    return F.coalesce(column, F.lit("unknown")).alias(column)


@dp.materialized_view(comment="Revenue of completed orders by date, country and category")
def gold_daily_revenue():
    """Sum up completed orders by date, country and category.

    An order whose customer or product is not known counts as ``unknown``: revenue never gets lost.
    """
    return (
        latest("orders")
        .where("status = 'completed'")
        .join(latest("customers").select("customer_id", "country"), "customer_id", "left")
        .join(latest("products").select("product_id", "category"), "product_id", "left")
        .groupBy("order_date", or_unknown("country"), or_unknown("category"))
        .agg(
            F.count("order_id").alias("orders"),
            F.sum("quantity").alias("units"),
            # INT times DECIMAL is DECIMAL: no rounding error, and wide enough never to overflow.
            F.sum(F.col("quantity") * F.col("unit_price")).alias("revenue"),
        )
    )
