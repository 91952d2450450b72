"""Gold: the figures people read, from the latest version of each row."""

from functools import reduce

from pyspark import pipelines as dp
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from [[ package_name ]].pipeline import frames, rules

spark = SparkSession.active()


def total(entity: str) -> DataFrame:
    latest = frames.latest(spark.read.table(f"silver_{entity}"), entity)
    return latest.agg(F.count("id").alias("records"), F.sum("amount").alias("amount")).select(
        F.lit(entity).alias("entity"), "records", "amount"
    )


@dp.materialized_view(comment="Rows and amounts by entity")
def gold_totals():
    """Count the rows of each entity and sum up their amounts."""
    return reduce(lambda left, right: left.unionByName(right), map(total, rules.DELIVERED))
