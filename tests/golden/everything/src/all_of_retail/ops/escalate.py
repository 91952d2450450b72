"""The bad end of a run: an incident is opened, and the run fails, whichever task comes last."""

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from ..etl import tables
from . import metrics
from .outcome import FAILED, Outcome

TABLE = "incidents"
UNKNOWN = "A task failed before or without its step."


class Escalated(RuntimeError):
    """A task of the run has failed, and an incident is open."""


def errors(spark: SparkSession, catalog: str, schema: str, run_id: str) -> list[str]:
    """Return what the steps of a run raised, each error once, in the order of time."""
    if not tables.exists(spark, catalog, schema, metrics.TABLE):
        return []
    steps = tables.read(spark, catalog, schema, metrics.TABLE)
    own = (F.col("run_id") == run_id) & (F.col("step") != "escalate")
    failed = steps.where(own & (F.col("status") == FAILED)).orderBy("started_at").collect()
    return list(dict.fromkeys(f"{row['step']}: {row['error_message']}" for row in failed))


def run(spark: SparkSession, catalog: str, schema: str, run_id: str = "") -> Outcome:
    """Open an incident for the run, once however often it is repaired, then fail.

    Raises:
        Escalated: always; else the run would count as successful, its last task having succeeded.
    """
    error = "; ".join(errors(spark, catalog, schema, run_id)) or UNKNOWN
    incident = spark.createDataFrame(
        [(run_id, error, "OPEN")], "run_id STRING, error STRING, status STRING"
    ).withColumn("opened_at", F.current_timestamp())
    tables.merge(incident, catalog, schema, TABLE, "run_id", changes={"error": "new.error"})
    raise Escalated(error)
