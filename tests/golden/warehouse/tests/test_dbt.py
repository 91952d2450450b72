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

REPO = Path(__file__).parent.parent
DBT = Path(sys.executable).parent / "dbt"


@pytest.fixture
def project(tmp_path):
    """Return a copy of the project beside a database with the raw tables."""
    shutil.copytree(REPO / "dbt", tmp_path / "dbt", ignore=shutil.ignore_patterns("target", "logs"))
    with duckdb.connect(str(tmp_path / "local.duckdb")) as database:
        for file in (REPO / "fixtures").glob("*.csv"):
            read = f"SELECT * FROM read_csv('{file}', all_varchar = true, header = true)"
            database.execute(f"CREATE TABLE raw_{file.stem} AS {read}")
    return tmp_path / "dbt"


def dbt(project, command):
    """Run a command of dbt in the project, and return its process."""
    own = {
        "DUCKDB_PATH": str(project.parent / "local.duckdb"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "0",
    }
    arguments = [DBT, "--no-version-check", command, "--profiles-dir", "."]
    environment = os.environ | own
    return subprocess.run(
        arguments, cwd=project, env=environment, capture_output=True, text=True, timeout=300
    )


def query(project, sql):
    with duckdb.connect(str(project.parent / "local.duckdb")) as database:
        return database.execute(sql).fetchall()


def test_the_project_parses_for_databricks(project):
    # The profile's own connection would sign in; to parse, the adapter needs none.
    offline = {
        "type": "databricks",
        "host": "example.cloud.databricks.com",
        "http_path": "/sql/1.0/warehouses/0000000000000001",
        "token": "unused",
        "catalog": "main",
        "schema": "sales",
    }
    profile = {"sales_marts": {"target": "offline", "outputs": {"offline": offline}}}
    (project / "profiles.yml").write_text(json.dumps(profile), encoding="utf-8")

    process = dbt(project, "parse")

    assert process.returncode == 0, process.stdout


def test_models_and_tests_pass_on_the_sample_data(project):
    process = dbt(project, "build")

    assert process.returncode == 0, process.stdout
    total = query(project, "SELECT sum(orders), sum(revenue) FROM orders_by_day")
    assert total == [(19, Decimal("1494.87"))]
    unknown = "SELECT sum(revenue) FROM orders_by_day WHERE country = 'unknown'"
    assert query(project, unknown) == [(Decimal("92.25"),)]


def test_a_key_that_is_not_unique_fails_the_build(project):
    model = project / "models" / "staging" / "stg_orders.sql"
    broken = model.read_text(encoding="utf-8").replace("where version = 1", "")
    model.write_text(broken, encoding="utf-8")

    process = dbt(project, "build")

    assert process.returncode == 1
    assert "unique_stg_orders" in process.stdout
