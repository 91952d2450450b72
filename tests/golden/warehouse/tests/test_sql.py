"""The files in src/sql: parsed as Databricks' SQL, and run as the job runs them."""

from decimal import Decimal
from pathlib import Path

import pytest
import sqlglot
import yaml
from sqlglot import exp

from sales_marts.etl import extract, tables

ROOT = Path(__file__).parent.parent
JOB = "sales_marts"


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


def test_orders_are_valid_and_know_country_and_category(run_all, spark, catalog, schema):
    run_all()

    orders = tables.read(spark, catalog, schema, "orders_enriched")
    rows = {row["order_id"]: row.asDict() for row in orders.collect()}
    assert orders.count() == len(rows) == 23
    corrected = rows["O027"]
    assert (corrected["quantity"], corrected["revenue"]) == (3, Decimal("284.70"))
    assert rows["O026"]["status"] == "cancelled"
    # Before it, an invalid price: that line says nothing of the category either.
    assert (rows["O007"]["country"], rows["O007"]["category"]) == ("CN", "office")
    unknown = {name for name, row in rows.items() if row["category"] == "unknown"}
    assert unknown == {"O010", "O016", "O017"}
    unknown = {name for name, row in rows.items() if row["country"] == "unknown"}
    assert unknown == {"O011", "O012", "O014", "O015"}


def test_the_report_ranks_customers_and_a_second_run_gives_the_same(
    run_all, spark, catalog, schema
):
    run_all()

    report = tables.read(spark, catalog, schema, "customer_report")
    first = report.orderBy("revenue_rank", "customer_id").collect()
    ranks = ["customer_id", "country", "orders", "units", "revenue", "revenue_rank"]
    assert [tuple(row[name] for name in ranks) for row in first[:3]] == [
        ("C01", "DE", 6, 7, Decimal("477.43"), 1),
        ("C05", "DK", 1, 3, Decimal("284.70"), 2),
        ("C12", "IE", 1, 1, Decimal("229.00"), 3),
    ]
    british = {row["customer_id"]: row["rank_in_country"] for row in first if row["country"] == "GB"}
    assert british == {"C08": 1, "C07": 2}
    assert sum(row["revenue"] for row in first) == Decimal("1470.37")

    run_all()
    assert report.orderBy("revenue_rank", "customer_id").collect() == first


def test_orders_lie_by_date(run_all, spark, catalog, schema):
    run_all()

    detail = spark.sql("DESCRIBE DETAIL orders_enriched").first()
    assert detail["clusteringColumns"] == ["order_date"]
