"""Where tables live: their names, what they hold, their layout, and how they are read and written.

The schema is the bundle's: see ``resources/schemas``.
"""

from pyspark.sql import DataFrame, SparkSession

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
    "quality_checks": "What the quality gate has measured, by run and rule",
    "dead_letters": "Rows that broke a rule, until they are replayed",
}

# By these columns rows lie together (liquid clustering). They can change at any time.
CLUSTERED_BY = {
    "clean_orders": ["order_date", "customer_id"],
    "daily_revenue": ["order_date"],
    "job_metrics": ["started_at"],
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

    In SQL, which declares all at once: an overwrite by saveAsTable drops the clustering.

    Args:
        command: how the statement begins.
        frame: the rows.
        catalog: catalog of the table.
        schema: schema of the table.
        table: the table.
    """
    name = quoted(catalog, schema, table)
    columns = ", ".join(CLUSTERED_BY.get(table, []))
    layout = f"CLUSTER BY ({columns}) " if columns else ""
    comment = f"COMMENT '{COMMENTS[table]}' " if table in COMMENTS else ""
    properties = ", ".join(f"'{key}' = '{value}'" for key, value in PROPERTIES.items())
    rows = f"rows_of_{table}"
    frame.createOrReplaceTempView(rows)
    frame.sparkSession.sql(
        f"{command} {name} USING delta {layout}{comment}"
        f"TBLPROPERTIES ({properties}) AS SELECT * FROM {quoted(rows)}"
    )
    frame.sparkSession.catalog.dropTempView(rows)


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
