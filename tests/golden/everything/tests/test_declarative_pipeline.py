"""The declarative pipeline, run by Spark itself: what Databricks adds is in pipeline/shim.py."""

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyspark
import pytest
import yaml

from all_of_retail.etl import tables
from all_of_retail.ops import check_pipeline
from all_of_retail.ops.outcome import (
    NO_DATA,
    SUCCESS,
    Outcome,
)

ROOT = Path(__file__).parent.parent
(RESOURCE,) = (ROOT / "resources" / "pipelines").glob("*.yml")

# Worked out by hand from the files in fixtures/ and IMPLAUSIBLE.
GOLD = {
    (date(2025, 3, 1), "CN", "office", 1, 10, Decimal("42.00")),
    (date(2025, 3, 1), "DE", "kitchen", 2, 3, Decimal("438.80")),
    (date(2025, 3, 1), "FR", "home", 1, 1, Decimal("39.99")),
    (date(2025, 3, 1), "GB", "office", 2, 3, Decimal("215.00")),
    (date(2025, 3, 1), "PL", "food", 1, 4, Decimal("49.00")),
    (date(2025, 3, 1), "PT", "food", 1, 3, Decimal("55.50")),
    (date(2025, 3, 2), "DE", "food", 2, 2, Decimal("0.30")),
    (date(2025, 3, 2), "DE", "unknown", 2, 2, Decimal("38.33")),
    (date(2025, 3, 2), "DK", "kitchen", 1, 3, Decimal("284.70")),
    (date(2025, 3, 2), "IE", "kitchen", 1, 1, Decimal("229.00")),
    (date(2025, 3, 2), "IT", "unknown", 1, 1, Decimal("10.00")),
    (date(2025, 3, 2), "unknown", "food", 4, 6, Decimal("92.25")),
}
# Of each entity: rows delivered, rows in silver, rows in the quarantine.
ROWS = {"customers": (16, 15, 1), "orders": (35, 26, 9), "products": (15, 11, 4)}
KEY = "order_id"
QUARANTINED = [
    ("", ["has_id"]),
    ("O018", ["has_quantity"]),
    ("O019", ["has_quantity"]),
    ("O020", ["has_quantity"]),
    ("O021", ["has_price"]),
    ("O022", ["has_date"]),
    ("O023", ["has_date"]),
    ("O024", ["has_product"]),
    ("O031", ["plausible_price"]),
]
IMPLAUSIBLE = """\
order_id,customer_id,product_id,order_date,quantity,unit_price,status,updated_at
O031,C01,P03,2025-03-03,1,9900000,completed,2025-03-03T09:00:00Z
"""


def prepare(folder):
    """Fill a folder with what an update needs: files, settings and the sample data.

    Returns:
        the folder that the pipeline has on its path.
    """
    (settings,) = yaml.safe_load(RESOURCE.read_text())["resources"]["pipelines"].values()
    include = settings["libraries"][0]["glob"]["include"]
    shutil.copytree(RESOURCE.parent / include.removesuffix("/**"), folder / "transformations")
    shutil.copy(Path(__file__).parent / "pipeline" / "shim.py", folder)
    shutil.copytree(ROOT / "fixtures", folder / "source")
    variables = {"${var.source}": f"file:{folder}/source"}
    spec = {
        "name": "test",
        "storage": f"file:{folder}/storage",
        "configuration": {
            key: variables.get(value, value) for key, value in settings["configuration"].items()
        },
        "libraries": [{"glob": {"include": files}} for files in ("shim.py", "transformations/**")],
    }
    (folder / "spark-pipeline.yml").write_text(json.dumps(spec))
    return str((RESOURCE.parent / settings["root_path"]).resolve())


def update(folder, root_path):
    """Run an update of the pipeline; return the finished process."""
    home = Path(pyspark.__file__).parent
    settings = {
        "spark.sql.pipelines.maxFlowRetryAttempts": 0,
        "spark.sql.shuffle.partitions": 1,
        "spark.sql.warehouse.dir": folder / "warehouse",
        "spark.ui.enabled": "false",
    }
    environment = {
        "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": root_path,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_TESTING": "0",  # any value gives Spark Connect a free port: updates run side by side
    }
    # An update has a Spark of its own, whatever the session of the tests has set.
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("SPARK_")}
    return subprocess.run(
        [
            *(home / "bin" / "spark-pipelines", "run", "--spec", folder / "spark-pipeline.yml"),
            *(f"--conf={key}={value}" for key, value in settings.items()),
        ],
        cwd=folder,
        env=inherited | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )


@pytest.fixture(scope="module")
def read(spark, tmp_path_factory):
    """Update the pipeline over the sample data and an implausible order.

    Returns:
        a function that reads a table of it.
    """
    folder = tmp_path_factory.mktemp("pipeline")
    root_path = prepare(folder)
    (folder / "source" / "orders_2.csv").write_text(IMPLAUSIBLE)
    process = update(folder, root_path)
    assert process.returncode == 0, process.stdout
    return lambda table: spark.read.parquet(f"file:{folder}/warehouse/{table}")


def test_the_gold_table_holds_what_the_sample_data_adds_up_to(read):
    assert {tuple(row) for row in read("gold_daily_revenue").collect()} == GOLD


def test_every_delivered_row_is_in_silver_or_in_the_quarantine(read):
    layers = ("bronze", "silver", "quarantine")
    for entity, rows in ROWS.items():
        assert tuple(read(f"{layer}_{entity}").count() for layer in layers) == rows


def test_the_quarantine_names_the_rules_that_a_row_breaks_and_keeps_it_as_delivered(read):
    rows = [
        (json.loads(row["delivered"]).get(KEY, ""), row["broken_rules"])
        for row in read("quarantine_orders").collect()
    ]

    assert sorted(rows) == QUARANTINED


def test_the_check_counts_the_rows_of_the_gold_table(spark, catalog, schema, read):
    with pytest.raises(Exception, match="gold_daily_revenue"):
        check_pipeline.run(spark, catalog, schema)

    gold = read("gold_daily_revenue")
    name = tables.quoted(catalog, schema, "gold_daily_revenue")
    for rows, status in ((gold, SUCCESS), (gold.limit(0), NO_DATA)):
        rows.write.mode("overwrite").saveAsTable(name)
        assert check_pipeline.run(spark, catalog, schema) == Outcome(rows.count(), status)
