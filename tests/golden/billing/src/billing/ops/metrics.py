"""Table ``job_metrics``: a row for every step of every run."""

from dataclasses import astuple, dataclass
from datetime import datetime

from pyspark.sql import SparkSession

from ..etl import tables

TABLE = "job_metrics"
COLUMNS = (
    "step STRING, run_id STRING, started_at TIMESTAMP, duration_seconds DOUBLE, "
    "record_count BIGINT, records_per_second DOUBLE, status STRING, error_message STRING"
)


@dataclass(frozen=True)
class Metric:
    """One execution of a step.

    Args:
        step: its name.
        run_id: the run of the job; empty when a person runs a notebook.
        started_at: when it began.
        duration_seconds: how long it took.
        record_count: rows that it handled.
        records_per_second: throughput; 0 where nothing was handled.
        status: how it ended, as in ``outcome``.
        error_message: what went wrong, on one line; null where nothing did.
    """

    step: str
    run_id: str
    started_at: datetime
    duration_seconds: float
    record_count: int
    records_per_second: float
    status: str
    error_message: str | None


def throughput(record_count: int, duration_seconds: float) -> float:
    """Return rows a second; 0 where no time was measured."""
    return record_count / duration_seconds if duration_seconds > 0 else 0.0


def write(spark: SparkSession, catalog: str, schema: str, metric: Metric) -> None:
    """Append a row to ``job_metrics``."""
    tables.append(spark.createDataFrame([astuple(metric)], COLUMNS), catalog, schema, TABLE)
