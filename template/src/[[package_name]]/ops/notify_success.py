"""The good end of a run: a summary, and the task whose success is reported."""

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from ..etl import tables
from . import metrics
from .outcome import FAILED, Outcome


def run(spark: SparkSession, catalog: str, schema: str, run_id: str = "") -> Outcome:
    """Print what the steps of this run did; Databricks reports that the task has succeeded."""
    steps = tables.read(spark, catalog, schema, metrics.TABLE)
    own = (F.col("run_id") == run_id) & (F.col("status") != FAILED)
    rows = steps.where(own).orderBy("started_at").collect()
    parts = [
        f"{row['step']} {row['record_count']} rows in {row['duration_seconds']:.0f} s"
        for row in rows
    ]
    print(", ".join(parts))
    return Outcome(len(rows))
