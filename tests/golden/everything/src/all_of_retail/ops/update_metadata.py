"""Table ``run_metadata``: what each table holds, and which run wrote it last."""

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from ..etl import tables
from ..etl.entities import ENTITIES
from .outcome import Outcome

TABLE = "run_metadata"
WRITTEN = (*(f"clean_{entity}" for entity in ENTITIES), "daily_revenue")


def run(spark: SparkSession, catalog: str, schema: str, run_id: str = "") -> Outcome:
    """Note the number of rows of every table that the run may have written."""
    there = [table for table in WRITTEN if tables.exists(spark, catalog, schema, table)]
    counts = [(name, tables.read(spark, catalog, schema, name).count()) for name in there]
    frame = spark.createDataFrame(counts, "table_name STRING, records BIGINT").select(
        "*", F.lit(run_id).alias("run_id"), F.current_timestamp().alias("updated_at")
    )
    tables.merge(frame, catalog, schema, TABLE, "table_name")
    return Outcome(sum(records for _, records in counts))
