"""Propose workers and timeouts for the job; a person reviews them."""

from dataclasses import astuple

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ..etl import tables
from . import sizing
from .outcome import NO_DATA, SUCCESS, Outcome

TABLE = "sizing_proposals"
COLUMNS = "task STRING, setting STRING, value BIGINT, reason STRING"
JOB = __package__.split(".")[0]  # its key in the bundle
DAYS = 90  # of runs that are looked at
JOB_RUNS = "system.lakeflow.job_run_timeline"
TASK_RUNS = "system.lakeflow.job_task_run_timeline"


def size_of_tables(spark: SparkSession, catalog: str, schema: str) -> int:
    """Return how many bytes the raw tables have: what the job has to read."""
    raw = spark.sql(f"SHOW TABLES IN {tables.quoted(catalog, schema)} LIKE 'raw_*'").collect()
    names = [tables.quoted(catalog, schema, row["tableName"]) for row in raw]
    details = (spark.sql(f"DESCRIBE DETAIL {name}").collect()[0] for name in names)
    return sum(detail["sizeInBytes"] for detail in details)


def read_histories(spark: SparkSession, job_id: str, workspace_id: str) -> list[sizing.History]:
    """Return how long the successful runs of late took, of the job and of each of its tasks.

    Args:
        spark: the session.
        job_id: the job; unique in its workspace only.
        workspace_id: its workspace.
    """
    job_runs = spark.table(JOB_RUNS).withColumn("task_key", F.lit(""))
    task_runs = spark.table(TASK_RUNS)
    own = (F.col("job_id") == job_id) & (F.col("workspace_id") == workspace_id)
    return [
        sizing.History(*row)
        for runs in (job_runs, task_runs)
        for row in summarize(runs.where(own)).collect()
    ]


def summarize(runs: DataFrame) -> DataFrame:
    """Return how many runs each task had, their average and their longest duration in seconds.

    A long run has a row for every hour, and its result in the last one only:
    https://docs.databricks.com/admin/system-tables/jobs
    """
    start, end = F.min("period_start_time"), F.max("period_end_time")
    return (
        runs.where(F.col("period_start_time") >= F.date_sub(F.current_date(), DAYS))
        .groupBy("task_key", "run_id")
        .agg(
            (F.unix_timestamp(end) - F.unix_timestamp(start)).alias("seconds"),
            F.max("result_state").alias("result"),
        )
        .where(F.col("result") == "SUCCEEDED")
        .groupBy("task_key")
        .agg(F.count("*"), F.avg("seconds"), F.max("seconds"))
    )


def run(
    spark: SparkSession,
    catalog: str,
    schema: str,
    job_id: str,
    workspace_id: str,
    run_id: str = "",
) -> Outcome:
    """Write proposals to ``sizing_proposals``, and return them as a snippet of databricks.yml.

    Args:
        spark: the session.
        catalog: catalog of the tables.
        schema: schema of the tables.
        job_id: the job that is to be sized.
        workspace_id: its workspace.
        run_id: the run of the sizing job.
    """
    histories = read_histories(spark, job_id, workspace_id)
    proposals = sizing.propose(size_of_tables(spark, catalog, schema), histories)
    if not proposals:
        return Outcome(status=NO_DATA)
    frame = spark.createDataFrame([astuple(each) for each in proposals], COLUMNS).select(
        "*", F.lit(run_id).alias("run_id"), F.current_timestamp().alias("proposed_at")
    )
    tables.append(frame, catalog, schema, TABLE)
    snippet = sizing.as_yaml(JOB, proposals)
    print(snippet)
    return Outcome(len(proposals), SUCCESS, {"proposal": snippet})
