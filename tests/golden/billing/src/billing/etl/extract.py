"""Extract: CSV files become raw tables, as delivered."""

import logging

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ..ops.circuit_breaker import CircuitBreaker, CircuitOpen
from ..ops.outcome import STALE, Outcome, counted
from . import dead_letters, tables
from .entities import ENTITIES
from .source import check_source

LOG = logging.getLogger(__name__)


def read_csv(spark: SparkSession, source: str, entity: str) -> DataFrame:
    """Read all files of an entity and note where and when each row came in.

    Args:
        spark: the session.
        source: folder that holds ``<entity>*.csv``; a path or a URI.
        entity: a key of ``ENTITIES``.
    """
    # enforceSchema=False compares the header with the schema: a moved column is an error.
    reader = spark.read.schema(ENTITIES[entity].schema).options(header=True, enforceSchema=False)
    return reader.csv(f"{source.rstrip('/')}/{entity}*.csv").select(
        "*",
        F.col("_metadata.file_path").alias("_source_file"),
        F.current_timestamp().alias("_ingested_at"),
    )


def copy_files(spark: SparkSession, catalog: str, schema: str, source: str) -> int:
    """Write ``raw_<entity>`` for every entity, and return the number of rows in all of them."""
    for entity in ENTITIES:
        tables.write(read_csv(spark, source, entity), catalog, schema, f"raw_{entity}")
    return count_rows(spark, catalog, schema)


def count_rows(spark: SparkSession, catalog: str, schema: str) -> int:
    """Return the number of rows in all raw tables."""
    written = (tables.read(spark, catalog, schema, f"raw_{entity}") for entity in ENTITIES)
    return sum(frame.count() for frame in written)


def check_readable(spark: SparkSession, source: str) -> None:
    """Read a row of each entity: what fails here is the source, and not the tables."""
    for entity in ENTITIES:
        read_csv(spark, source, entity).isEmpty()


def run(spark: SparkSession, catalog: str, schema: str, source: str, run_id: str = "") -> Outcome:
    """Copy the files in ``source`` into raw tables.

    While the source is left alone, the run goes on with the rows that were read last.

    Returns:
        The number of rows in all files: none are ``NO_DATA``, but a missing file is an error.
        ``STALE`` where the source was left alone.

    Raises:
        CircuitOpen: the source is left alone, and no run has ever read it.
    """
    check_source(source)
    # Here, since transforms that run at once would get in each other's way.
    dead_letters.create(spark, catalog, schema)
    breaker = CircuitBreaker(spark, catalog, schema, "source", run_id)
    try:
        breaker.call(lambda: check_readable(spark, source))
    except CircuitOpen as refusal:
        if not all(tables.exists(spark, catalog, schema, f"raw_{entity}") for entity in ENTITIES):
            raise
        LOG.warning("%s The run goes on with the rows that were read last.", refusal)
        return Outcome(count_rows(spark, catalog, schema), STALE)
    return counted(copy_files(spark, catalog, schema, source))
