"""Table ``dead_letters``, the quarantine: each row that broke a rule, until it is replayed.

All is done by Spark: no row comes to the driver. A record is known by its content, so a second run
over the same files adds nothing; equal records are told apart by their number.

To fix a record that the source never will, change its ``record`` in the table.
"""

from functools import reduce

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from . import tables
from .entities import ENTITIES
from .entity import breaches, valid

TABLE = "dead_letters"
OPEN = "OPEN"
REPLAYED = "REPLAYED"
COLUMNS = (
    "record_id STRING, entity STRING, record STRING, errors ARRAY<STRING>, run_id STRING, "
    "failed_at TIMESTAMP, status STRING, replayed_at TIMESTAMP"
)


def create(spark: SparkSession, catalog: str, schema: str) -> None:
    """Create the table unless it exists."""
    # Partitioned, since transforms of several entities write to it at once: see write.
    spark.sql(
        f"CREATE TABLE IF NOT EXISTS {tables.quoted(catalog, schema, TABLE)} ({COLUMNS}) "
        f"USING delta PARTITIONED BY (entity) COMMENT '{tables.COMMENTS[TABLE]}'"
    )


def rejected(entity: str, raw: DataFrame) -> DataFrame:
    """Return what breaks a rule: the record as JSON, the names of the rules, and an id.

    Args:
        entity: a key of ``ENTITIES``.
        raw: its rows as delivered.
    """
    known = ENTITIES[entity]
    record = F.to_json(F.struct(*known.delivered), {"ignoreNullFields": "false"})
    rows = raw.select(record.alias("record"), *known.columns())
    number = F.row_number().over(Window.partitionBy("record").orderBy("record"))
    return (
        rows.where(~valid(known))
        .select("record", breaches(known).alias("errors"))
        .withColumn("entity", F.lit(entity))
        .withColumn("record_id", F.sha2(F.concat_ws("|", "entity", number, "record"), 256))
    )


def write(
    spark: SparkSession, catalog: str, schema: str, raw: dict[str, DataFrame], run_id: str
) -> None:
    """Keep what breaks a rule. What is kept already stays as it is, unless it had been replayed.

    Args:
        spark: the session.
        catalog: catalog of the table.
        schema: schema of the table.
        raw: the rows as delivered, by entity.
        run_id: the run that found them.
    """
    letters = reduce(DataFrame.unionByName, [rejected(name, frame) for name, frame in raw.items()])
    letters = letters.select(
        "*",
        F.lit(run_id).alias("run_id"),
        F.current_timestamp().alias("failed_at"),
        F.lit(OPEN).alias("status"),
        F.lit(None).cast("TIMESTAMP").alias("replayed_at"),
    )
    names = ", ".join(f"'{name}'" for name in raw)
    # Merges that name their partitions do not get in each other's way:
    # https://docs.databricks.com/optimizations/isolation-level
    within = f"old.entity IN ({names})"
    # A record that was fixed stays replayed, though the source still delivers the broken one.
    again = f"old.status = '{REPLAYED}' AND old.record = new.record"
    changes = {name: f"new.{name}" for name in ("errors", "status", "replayed_at")}
    tables.merge(letters, catalog, schema, TABLE, "record_id", changes, within, again)


def with_replayed(raw: DataFrame, catalog: str, schema: str, entity: str) -> DataFrame:
    """Add the records that were replayed and that the source does not deliver any more.

    Args:
        raw: the rows of an entity as delivered.
        catalog: catalog of the table.
        schema: schema of the table.
        entity: a key of ``ENTITIES``.
    """
    current = raw.select(*ENTITIES[entity].delivered)
    letters = tables.read(raw.sparkSession, catalog, schema, TABLE)
    replayed = records(entity, letters.where(F.col("status") == REPLAYED)).drop("record_id")
    if replayed.isEmpty():
        return current
    # EXCEPT ALL takes nulls for equal, which a join does not, and counts equal rows.
    return current.unionByName(replayed.exceptAll(current))


def accepted(entity: str, letters: DataFrame) -> DataFrame:
    """Return the clean columns of those letters of an entity that break no rule any more.

    Args:
        entity: a key of ``ENTITIES``.
        letters: rows of ``dead_letters``.
    """
    known = ENTITIES[entity]
    return records(entity, letters).select("record_id", *known.columns()).where(valid(known))


def records(entity: str, letters: DataFrame) -> DataFrame:
    """Return the records of an entity as they were delivered, and the ids of their letters."""
    known = ENTITIES[entity]
    row = F.from_json("record", known.schema).alias("row")
    parsed = letters.where(F.col("entity") == entity).select("record_id", row)
    return parsed.select("record_id", "row.*")


def mark_replayed(letters: DataFrame, catalog: str, schema: str, entity: str) -> None:
    """Note that letters have been replayed.

    Args:
        letters: their column ``record_id``.
        catalog: catalog of the table.
        schema: schema of the table.
        entity: a key of ``ENTITIES``.
    """
    kept = tables.read(letters.sparkSession, catalog, schema, TABLE)
    rows = kept.join(letters.select("record_id"), "record_id", "left_semi")
    changes = {"status": f"'{REPLAYED}'", "replayed_at": "current_timestamp()"}
    within = f"old.entity = '{entity}'"
    tables.merge(rows, catalog, schema, TABLE, "record_id", changes, within)
