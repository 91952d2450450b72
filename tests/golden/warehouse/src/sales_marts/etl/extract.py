"""Extract: CSV files become raw tables, as delivered."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ..ops.outcome import Outcome, counted
from . import tables
from .entities import ENTITIES
from .source import check_source


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
    written = (tables.read(spark, catalog, schema, f"raw_{entity}") for entity in ENTITIES)
    return sum(frame.count() for frame in written)


def run(spark: SparkSession, catalog: str, schema: str, source: str) -> Outcome:
    """Copy the files in ``source`` into raw tables.

    Returns:
        The number of rows in all files: none are ``NO_DATA``, but a missing file is an error.
    """
    check_source(source)
    return counted(copy_files(spark, catalog, schema, source))
