"""Transform: raw tables become clean ones, with one valid row for each key.

Rows that break a rule are dropped first, and the latest of each key is kept then, so that a broken
correction does not hide the last good row.
"""

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from ..ops.outcome import Outcome, counted
from . import dead_letters, tables
from .entities import ENTITIES
from .entity import valid

ALL = "all"


def clean(entity: str, raw: DataFrame) -> DataFrame:
    """Return the valid rows of an entity, the latest of each key.

    Args:
        entity: a key of ``ENTITIES``.
        raw: its rows as delivered.
    """
    known = ENTITIES[entity]
    return latest(raw.select(*known.columns()).where(valid(known)), known.key)


def latest(frame: DataFrame, key: str) -> DataFrame:
    """Keep the last updated row of each key; a hash settles ties, so every run agrees."""
    newest_first = Window.partitionBy(key).orderBy(
        F.desc_nulls_last("updated_at"), F.xxhash64(*frame.columns)
    )
    ranked = frame.withColumn("_rank", F.row_number().over(newest_first))
    return ranked.where("_rank = 1").drop("_rank")


def run(
    spark: SparkSession,
    catalog: str,
    schema: str,
    entity: str = ALL,
    run_id: str = "",
) -> Outcome:
    """Write ``clean_<entity>`` from ``raw_<entity>``, for one entity or all of them.

    What breaks a rule goes to ``dead_letters``, the quarantine; what was replayed comes back.

    Returns:
        The number of rows in the clean tables.

    Raises:
        ValueError: there is no such entity.
    """
    if entity not in (ALL, *ENTITIES):
        raise ValueError(f"Unknown entity {entity!r}: choose {ALL}, {', '.join(ENTITIES)}.")
    names = ENTITIES if entity == ALL else (entity,)
    raw = {name: tables.read(spark, catalog, schema, f"raw_{name}") for name in names}
    dead_letters.create(spark, catalog, schema)
    for name, frame in raw.items():
        raw[name] = dead_letters.with_replayed(frame, catalog, schema, name)
    dead_letters.write(spark, catalog, schema, raw, run_id)
    for name, frame in raw.items():
        tables.write(clean(name, frame), catalog, schema, f"clean_{name}")
    written = (tables.read(spark, catalog, schema, f"clean_{name}") for name in names)
    return counted(sum(frame.count() for frame in written))


def read_clean(spark: SparkSession, catalog: str, schema: str, entity: str) -> DataFrame:
    """Return the clean table of an entity; an empty one where no run has made it yet."""
    if tables.exists(spark, catalog, schema, f"clean_{entity}"):
        return tables.read(spark, catalog, schema, f"clean_{entity}")
    return clean(entity, spark.createDataFrame([], ENTITIES[entity].schema))
