"""The first run after a deploy: what the steps need is there, and they can be loaded."""

from pyspark.sql import SparkSession

from .. import steps
from ..etl import tables
from .outcome import Outcome


def run(spark: SparkSession, catalog: str, schema: str, source: str) -> Outcome:
    """Load all steps, reach the schema, and read in ``source``; an empty folder will do.

    Returns:
        The number of steps.
    """
    for name in steps.STEPS:
        steps.find(name)
    tables.create_schema(spark, catalog, schema)
    spark.read.text(source).isEmpty()
    return Outcome(len(steps.STEPS))
