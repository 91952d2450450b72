"""The files in src/sql: parsed as Databricks' SQL, and run as the job runs them."""

from decimal import Decimal
from pathlib import Path

import pytest
import sqlglot
import yaml
from sqlglot import exp

from billing.etl import extract, tables

ROOT = Path(__file__).parent.parent
JOB = "billing"


def sql_tasks():
    """Return the job's tasks that run a file, in their order."""
    text = (ROOT / "resources" / "jobs" / f"{JOB}.job.yml").read_text(encoding="utf-8")
    tasks = yaml.safe_load(text)["resources"]["jobs"][JOB]["tasks"]
    return [task["sql_task"] for task in tasks if "sql_task" in task]


def read(task):
    """Return the text of a task's file."""
    return (ROOT / "resources" / "jobs" / task["file"]["path"]).read_text(encoding="utf-8")


@pytest.fixture
def run_all(spark, catalog, schema, source):
    """Fill the raw tables, and return a function that runs what the job would."""

    def run():
        for task in sql_tasks():
            *_, statement = read(task).rstrip(";\n").split(";\n")
            spark.sql(statement)

    extract.run(spark, catalog, schema, source)
    # Local Spark has no USE CATALOG: the test says where, and only what comes after USE is run.
    spark.sql(f"USE {tables.quoted(catalog, schema)}")
    yield run
    spark.sql("USE default")


def test_every_file_has_its_task():
    run = {Path(task["file"]["path"]).name for task in sql_tasks()}
    assert run == {path.name for path in (ROOT / "src" / "sql").iterdir()}


@pytest.mark.parametrize("task", sql_tasks(), ids=lambda task: task["file"]["path"])
def test_a_file_chooses_the_schema_and_then_makes_a_table(task):
    statements = sqlglot.parse(read(task), read="databricks")

    # What sqlglot cannot parse is an error, or a Command.
    assert [type(statement) for statement in statements] == [exp.Use, exp.Use, exp.Create]
    parameters = [each.name for place in statements for each in place.find_all(exp.Placeholder)]
    assert parameters == list(task["parameters"]) == ["catalog", "schema"]


def collect(spark, catalog, schema, table, *order):
    """Return the rows of a table as it is now."""
    return tables.read(spark, catalog, schema, table).orderBy(*order).collect()


def test_orders_are_valid_and_know_country_and_category(run_all, spark, catalog, schema):
    run_all()

    rows = collect(spark, catalog, schema, "orders_enriched", "order_id")
    orders = {row["order_id"]: row for row in rows}
    assert len(rows) == len(orders) == 23
    assert (orders["O027"]["quantity"], orders["O027"]["revenue"]) == (3, Decimal("284.70"))
    assert orders["O026"]["status"] == "cancelled"
    # A later line of its product names another category, but no valid price: it does not count.
    assert (orders["O007"]["country"], orders["O007"]["category"]) == ("CN", "office")
    without_category = {name for name, row in orders.items() if row["category"] == "unknown"}
    assert without_category == {"O010", "O016", "O017"}
    without_country = {name for name, row in orders.items() if row["country"] == "unknown"}
    assert without_country == {"O011", "O012", "O014", "O015"}
    layout = spark.sql("DESCRIBE DETAIL orders_enriched").first()
    assert layout["partitionColumns"] == ["order_date"]


def test_the_report_ranks_customers_the_same_in_every_run(run_all, spark, catalog, schema):
    run_all()

    report = collect(spark, catalog, schema, "customer_report", "revenue_rank")
    columns = ["customer_id", "country", "orders", "units", "revenue", "revenue_rank"]
    assert [tuple(row[column] for column in columns) for row in report[:3]] == [
        ("C01", "DE", 6, 7, Decimal("477.43"), 1),
        ("C05", "DK", 1, 3, Decimal("284.70"), 2),
        ("C12", "IE", 1, 1, Decimal("229.00"), 3),
    ]
    british = [row for row in report if row["country"] == "GB"]
    ranks = {row["customer_id"]: row["rank_in_country"] for row in british}
    assert ranks == {"C08": 1, "C07": 2}
    assert sum(row["revenue"] for row in report) == Decimal("1470.37")

    run_all()
    assert collect(spark, catalog, schema, "customer_report", "revenue_rank") == report
