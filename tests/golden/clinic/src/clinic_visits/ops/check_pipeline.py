"""Check what the pipeline wrote: the table that people read."""

from pyspark.sql import SparkSession

from ..etl import tables
from .outcome import Outcome, counted

GOLD = "gold_daily_revenue"


def run(spark: SparkSession, catalog: str, schema: str) -> Outcome:
    """Count the rows of the gold table: none are ``NO_DATA``.

    Raises:
        AnalysisException: there is no such table, so no update of the pipeline has ever ended.
    """
    return counted(tables.read(spark, catalog, schema, GOLD).count())
