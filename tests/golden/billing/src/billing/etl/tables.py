"""Where tables live: their names, what they hold, their layout, and how they are read and written.

The schema is the bundle's: see ``resources/schemas``.
"""

import logging

from pyspark.sql import DataFrame, SparkSession

LOG = logging.getLogger(__name__)

# Small files are joined while they are written. In Unity Catalog, predictive optimization does the
# rest of the upkeep by itself: https://docs.databricks.com/optimizations/predictive-optimization
PROPERTIES = {"delta.autoOptimize.optimizeWrite": "true", "delta.autoOptimize.autoCompact": "true"}

# What a table holds, as Catalog Explorer shows it.
COMMENTS = {
    "raw_customers": "Customers as delivered, all files",
    "raw_orders": "Orders as delivered, all files",
    "raw_products": "Products as delivered, all files",
    "clean_customers": "Customers that keep the rules, the latest version of each",
    "clean_orders": "Orders that keep the rules, the latest version of each",
    "clean_products": "Products that keep the rules, the latest version of each",
    "daily_revenue": "Revenue of completed orders by date, country and category",
    "job_metrics": "A row for every step of every run",
    "dead_letters": "Rows that broke a rule, until they are replayed",
    "circuit_breakers": "State of what is left alone after failures",
}

# Only worth it where each date has a gigabyte or more: https://docs.databricks.com/tables/partitions
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


def exists(spark: SparkSession, catalog: str, schema: str, table: str) -> bool:
    """Say whether a table is there."""
    return spark.catalog.tableExists(quoted(catalog, schema, table))


def read(spark: SparkSession, catalog: str, schema: str, table: str) -> DataFrame:
    """Return a table of the catalog."""
    return spark.table(quoted(catalog, schema, table))


def create(command: str, frame: DataFrame, catalog: str, schema: str, table: str) -> None:
    """Create a table from rows, with its layout, comment and properties.

    In SQL, which declares all at once.

    Args:
        command: how the statement begins.
        frame: the rows.
        catalog: catalog of the table.
        schema: schema of the table.
        table: the table.
    """
    name = quoted(catalog, schema, table)
    layout = ""
    if column := partition_column(frame.sparkSession, catalog, schema, table):
        layout = f"PARTITIONED BY ({column}) "
        # Last, where catalogs other than Unity Catalog expect it.
        frame = frame.select(*(each for each in frame.columns if each != column), column)
    comment = f"COMMENT '{COMMENTS[table]}' " if table in COMMENTS else ""
    properties = ", ".join(f"'{key}' = '{value}'" for key, value in PROPERTIES.items())
    rows = f"rows_of_{table}"
    frame.createOrReplaceTempView(rows)
    frame.sparkSession.sql(
        f"{command} {name} USING delta {layout}{comment}"
        f"TBLPROPERTIES ({properties}) AS SELECT * FROM {quoted(rows)}"
    )
    frame.sparkSession.catalog.dropTempView(rows)


def partition_column(spark: SparkSession, catalog: str, schema: str, table: str) -> str | None:
    """Return the column by which a table can be partitioned; none where it was clustered before.

    Delta Lake refuses to replace such a table by a partitioned one: it stays as it is until
    somebody drops it.
    """
    column = PARTITIONED_BY.get(table)
    if column and exists(spark, catalog, schema, table):
        name = quoted(catalog, schema, table)
        features = spark.sql(f"DESCRIBE DETAIL {name}").select("tableFeatures").collect()[0][0]
        if "clustering" in features:
            LOG.warning("Not partitioned, as it was clustered: DROP TABLE %s, and run again", name)
            return None
    return column


def write(frame: DataFrame, catalog: str, schema: str, table: str) -> None:
    """Replace a table, its columns included, so that a second run gives the same result."""
    create("CREATE OR REPLACE TABLE", frame, catalog, schema, table)


def append(frame: DataFrame, catalog: str, schema: str, table: str) -> None:
    """Add rows to a table, which the first ones create; it takes columns that are new, too."""
    if not exists(frame.sparkSession, catalog, schema, table):
        create("CREATE TABLE IF NOT EXISTS", frame.limit(0), catalog, schema, table)
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
        create("CREATE TABLE IF NOT EXISTS", frame.limit(0), catalog, schema, table)
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
