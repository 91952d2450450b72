"""Features of a row, from which a model learns its amount."""

from functools import reduce

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ..etl import tables, transform
from ..etl.entities import ENTITIES

KEYS = ["entity", "id"]
FEATURES = ["entity", "weekday"]
LABEL = "amount"

UNKNOWN = "unknown"


def read(spark: SparkSession, catalog: str, schema: str) -> DataFrame:
    """Return the features of all valid rows in the raw tables."""
    raw = {name: tables.read(spark, catalog, schema, f"raw_{name}") for name in ENTITIES}
    return build(**{name: transform.clean(name, frame) for name, frame in raw.items()})


def build(**clean: DataFrame) -> DataFrame:
    """Return the keys, the features and the label of each row.

    Args:
        clean: the clean tables by entity.
    """
    frames = [frame.withColumn("entity", F.lit(entity)) for entity, frame in clean.items()]
    return reduce(DataFrame.unionByName, frames).select(
        *KEYS,
        F.coalesce(F.date_format("updated_on", "E"), F.lit(UNKNOWN)).alias("weekday"),
        F.col(LABEL).cast("DOUBLE").alias(LABEL),
    )


def to_learn(rows: DataFrame) -> DataFrame:
    """Return the rows that a model learns from: all, since every valid row has an amount."""
    return rows


def to_predict(rows: DataFrame) -> DataFrame:
    """Return the rows that are to be predicted: all, until some have no amount yet."""
    return rows
