"""Where tables live: their names, their layout, and how they are read and written."""

from pyspark.sql import DataFrame, SparkSession

# Small files are joined while they are written. In Unity Catalog, predictive optimization does the
# rest of the upkeep by itself: https://docs.databricks.com/optimizations/predictive-optimization
PROPERTIES = {"delta.autoOptimize.optimizeWrite": "true", "delta.autoOptimize.autoCompact": "true"}

# Only worth it where each date has a gigabyte or more: https://docs.databricks.com/tables/partitions
# A table that is clustered cannot become partitioned: drop it, and the next run writes it anew.
PARTITIONED_BY = {
    "clean_orders": "order_date",
    "daily_revenue": "order_date",
}


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


def exists(spark: SparkSession, catalog: str, schema: str, table: str) -> bool:
    """Say whether a table is there."""
    return spark.catalog.tableExists(quoted(catalog, schema, table))


def read(spark: SparkSession, catalog: str, schema: str, table: str) -> DataFrame:
    """Return a table of the catalog."""
    return spark.table(quoted(catalog, schema, table))


def write(frame: DataFrame, catalog: str, schema: str, table: str) -> None:
    """Replace a table, its columns included, so that a second run gives the same result."""
    properties = ", ".join(f"'{key}' = '{value}'" for key, value in PROPERTIES.items())
    layout = ""
    if column := PARTITIONED_BY.get(table):
        layout = f"PARTITIONED BY ({column}) "
        # Last, where catalogs other than Unity Catalog expect it.
        frame = frame.select(*(name for name in frame.columns if name != column), column)
    # In SQL, which declares all at once.
    rows = f"rows_of_{table}"
    frame.createOrReplaceTempView(rows)
    frame.sparkSession.sql(
        f"CREATE OR REPLACE TABLE {quoted(catalog, schema, table)} USING delta "
        f"{layout}TBLPROPERTIES ({properties}) AS SELECT * FROM {quoted(rows)}"
    )
    frame.sparkSession.catalog.dropTempView(rows)


def append(frame: DataFrame, catalog: str, schema: str, table: str) -> None:
    """Add rows to a table, which the first ones create; it takes columns that are new, too."""
    writer = frame.write.format("delta").mode("append").option("mergeSchema", True)
    writer.saveAsTable(quoted(catalog, schema, table))


def merge(
    frame: DataFrame,
    catalog: str,
    schema: str,
    table: str,
    key: str,
    changes: dict[str, str] | None = None,
    within: str = "true",
    condition: str = "true",
) -> None:
    """Add the rows whose key is new; a row that is there is replaced, or changed as told.

    Args:
        frame: the rows, one a key; in SQL they are ``new``.
        catalog: catalog of the table.
        schema: schema of the table.
        table: the table, created by the first rows; in SQL it is ``old``.
        key: column that tells one row from another.
        changes: SQL by column for a row that is there; all columns of ``new`` by default.
        within: SQL on ``old``, the partitions that are looked at.
        condition: SQL on ``old`` and ``new`` that a row must meet to be changed.
    """
    if not exists(frame.sparkSession, catalog, schema, table):
        append(frame.limit(0), catalog, schema, table)
    if changes is None:
        changes = {column: f"new.{column}" for column in frame.columns}
    updates = ", ".join(f"{column} = {value}" for column, value in changes.items())
    # In SQL, since DeltaTable.forName takes no name of three parts on Spark 3.5.
    rows = f"new_rows_of_{table}"
    frame.createOrReplaceTempView(rows)
    frame.sparkSession.sql(
        f"MERGE INTO {quoted(catalog, schema, table)} AS old USING {quoted(rows)} AS new "
        f"ON {within} AND old.{key} = new.{key} "
        f"WHEN MATCHED AND {condition} THEN UPDATE SET {updates} WHEN NOT MATCHED THEN INSERT *"
    )
    frame.sparkSession.catalog.dropTempView(rows)
