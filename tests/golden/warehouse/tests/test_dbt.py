"""The dbt project: parsed for Databricks, and built on DuckDB from the sample data."""

import json
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).parent.parent
NAME = "sales_marts"
DBT = Path(sys.executable).parent / "dbt"
# To parse, the adapter signs in nowhere.
OFFLINE = {
    "type": "databricks",
    "host": "example.cloud.databricks.com",
    "http_path": "/sql/1.0/warehouses/0000000000000001",
    "token": "unused",
    "catalog": "main",
    "schema": "sales",
}


@pytest.fixture
def project(tmp_path):
    """Return a copy of the project, beside the samples, that dbt may write into."""
    written = shutil.ignore_patterns("target", "logs", "dbt_packages")
    shutil.copytree(ROOT / "dbt", tmp_path / "dbt", ignore=written)
    shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures")
    return tmp_path / "dbt"


def dbt(project, *arguments):
    """Run a command of dbt in the project, and return its process."""
    return subprocess.run(
        [DBT, "--no-version-check", *arguments, "--profiles-dir", "profiles"],
        cwd=project,
        env=os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "0"},
        capture_output=True,
        text=True,
        timeout=600,
    )


def written(project, artifact):
    """Return what dbt has written of its last command."""
    return json.loads((project / "target" / artifact).read_text(encoding="utf-8"))


def query(project, sql):
    """Return the rows of a query on what was built."""
    with duckdb.connect(str(project / "target" / "local.duckdb")) as database:
        return database.execute(sql).fetchall()


def test_the_project_parses_for_databricks_without_a_warning(project):
    profile = {NAME: {"target": "offline", "outputs": {"offline": OFFLINE}}}
    (project / "profiles" / "profiles.yml").write_text(json.dumps(profile), encoding="utf-8")

    process = dbt(project, "--warn-error", "parse")

    assert process.returncode == 0, process.stdout
    mart = written(project, "manifest.json")["nodes"][f"model.{NAME}.orders_by_day"]
    assert mart["relation_name"] == "`main`.`sales`.`orders_by_day`"

    # As the task gives the parameters of the job.
    own = dbt(project, "parse", "--vars", json.dumps({"catalog": "dev", "schema": "own"}))

    assert own.returncode == 0, own.stdout
    manifest = written(project, "manifest.json")
    nodes = [*manifest["nodes"].values(), *manifest["sources"].values()]
    names = [
        node["relation_name"] for node in nodes if node["resource_type"] in ("model", "source")
    ]
    assert names and all(name.startswith("`dev`.`own`.") for name in names)
    assert mart["config"]["liquid_clustered_by"] == "order_date"


def test_models_and_their_tests_pass_on_the_samples(project):
    process = dbt(project, "build")

    assert process.returncode == 0, process.stdout
    total = query(project, "SELECT sum(orders), sum(units), sum(revenue) FROM orders_by_day")
    assert total == [(19, 39, Decimal("1494.87"))]
    unknown = query(
        project,
        """
        SELECT
            sum(revenue) FILTER (WHERE country = 'unknown'),
            sum(revenue) FILTER (WHERE category = 'unknown')
        FROM orders_by_day
        """,
    )
    assert unknown == [(Decimal("92.25"), Decimal("48.33"))]


def test_a_delivery_of_mostly_broken_orders_fails_the_build(project):
    with (project.parent / "fixtures" / "orders.csv").open("a", encoding="utf-8") as orders:
        for number in range(40):
            orders.write(f"X{number},C01,P01,2025-03-02,none,1.00,completed,2025-03-02T09:00:00Z\n")

    process = dbt(project, "build")

    assert process.returncode == 1, process.stdout
    results = written(project, "run_results.json")["results"]
    failed = [result["unique_id"] for result in results if result["status"] == "fail"]
    assert [name.split(".")[2] for name in failed] == ["most_orders_are_valid"]
