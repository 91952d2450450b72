"""Where tables live: their names, and how they are read and written."""

from pyspark.sql import DataFrame, SparkSession


def quoted(*parts: str) -> str:
    """Join the parts of a name, each in backticks, so that any character is safe in SQL.

    Raises:
        ValueError: a part is empty, usually a parameter that was not given.
    """
    if not all(parts):
        raise ValueError(f"Incomplete name {'.'.join(parts)!r}: give the catalog and the schema.")
    return ".".join("`" + part.replace("`", "``") + "`" for part in parts)


def create_schema(spark: SparkSession, catalog: str, schema: str) -> None:
    """Create the schema unless it exists: in development each user has one of their own."""
    # IF NOT EXISTS alone would ask for the privilege to create it even where it exists.
    if not spark.catalog.databaseExists(quoted(catalog, schema)):
        spark.sql(f"CREATE SCHEMA IF NOT EXISTS {quoted(catalog, schema)}")


def read(spark: SparkSession, catalog: str, schema: str, table: str) -> DataFrame:
    """Return a table of the catalog."""
    return spark.table(quoted(catalog, schema, table))


def write(frame: DataFrame, catalog: str, schema: str, table: str) -> None:
    """Replace a table, its columns included, so that a second run gives the same result."""
    writer = frame.write.mode("overwrite").option("overwriteSchema", True)
    writer.saveAsTable(quoted(catalog, schema, table))
