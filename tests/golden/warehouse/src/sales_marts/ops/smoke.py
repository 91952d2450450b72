"""The first run after a deploy: what the jobs need is there, and they may use it."""

from pyspark.sql import SparkSession

from .. import steps
from ..etl import tables
from ..etl.source import check_source
from .outcome import Outcome


def run(
    spark: SparkSession,
    catalog: str,
    schema: str,
    source: str,
) -> Outcome:
    """Load all steps, then use what they use; the error names the first thing that is missing.

    Returns:
        The number of steps.
    """
    for name in steps.STEPS:
        steps.find(name)
    write(spark, catalog, schema)
    check_source(source)
    spark.read.text(source).isEmpty()  # an empty folder will do
    return Outcome(len(steps.STEPS))


def write(spark: SparkSession, catalog: str, schema: str) -> None:
    """Create a table, and drop it."""
    table = tables.quoted(catalog, schema, "_smoke")
    spark.sql(f"CREATE OR REPLACE TABLE {table} (id INT)")
    spark.sql(f"DROP TABLE {table}")
