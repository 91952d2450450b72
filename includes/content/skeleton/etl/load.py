"""Load: clean tables become the figures people read."""

from functools import reduce

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ..ops.outcome import Outcome, counted
from . import tables, transform
from .entities import ENTITIES


def totals(clean: dict[str, DataFrame]) -> DataFrame:
    """Count the rows of each entity and sum up their amounts.

    Args:
        clean: the clean tables by entity.
    """
    amounts = [frame.select(F.lit(name).alias("entity"), "amount") for name, frame in clean.items()]
    rows = reduce(DataFrame.unionByName, amounts)
    return rows.groupBy("entity").agg(
        F.count("*").alias("records"), F.sum("amount").alias("amount")
    )


def run(spark: SparkSession, catalog: str, schema: str) -> Outcome:
    """Write ``totals`` from the clean tables; one that no run has made yet counts as empty."""
    clean = {entity: transform.read_clean(spark, catalog, schema, entity) for entity in ENTITIES}
    tables.write(totals(clean), catalog, schema, "totals")
    return counted(tables.read(spark, catalog, schema, "totals").count())
