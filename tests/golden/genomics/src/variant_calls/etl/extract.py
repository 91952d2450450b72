"""Extract: CSV files become raw tables, as delivered."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from . import tables

# Everything is text here: transform decides what a number or a date is, and which rows are bad.
SCHEMAS = {
    "customers": "customer_id STRING, name STRING, email STRING, country STRING, updated_at STRING",
    "orders": (
        "order_id STRING, customer_id STRING, product_id STRING, order_date STRING, "
        "quantity STRING, unit_price STRING, status STRING, updated_at STRING"
    ),
    "products": (
        "product_id STRING, name STRING, category STRING, list_price STRING, updated_at STRING"
    ),
}


def read_csv(spark: SparkSession, source: str, entity: str) -> DataFrame:
    """Read the file of an entity and note where and when each row came in.

    Args:
        spark: the session.
        source: folder that holds ``<entity>.csv``; a path or a URI.
        entity: a key of ``SCHEMAS``.
    """
    # enforceSchema=False compares the header with the schema: a moved column is an error.
    reader = spark.read.schema(SCHEMAS[entity]).options(header=True, enforceSchema=False)
    return reader.csv(f"{source.rstrip('/')}/{entity}.csv").select(
        "*",
        F.col("_metadata.file_path").alias("_source_file"),
        F.current_timestamp().alias("_ingested_at"),
    )


def run(spark: SparkSession, catalog: str, schema: str, source: str) -> None:
    """Write ``raw_<entity>`` for every entity, creating the schema first."""
    tables.create_schema(spark, catalog, schema)
    for entity in SCHEMAS:
        tables.write(read_csv(spark, source, entity), catalog, schema, f"raw_{entity}")
