# /// script
# requires-python = "==3.12.*"
# dependencies = ["databricks-connect==16.4.23", "pytest==9.2.0"]
# ///
"""What only a workspace can show: access to source and tables, and the privileges of groups.

After a deploy and a run, `uv run tests/workspace/test_workspace.py` asks the target that
DATABRICKS_BUNDLE_TARGET names, or dev, with the login of the Databricks CLI, on serverless compute
or on the cluster of DATABRICKS_CLUSTER_ID. Its environment is its own: databricks-connect has
another pyspark; it may be older than the compute: https://docs.databricks.com/dev-tools/databricks-connect/
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.workspace

ROOT = Path(__file__).parents[2]


def databricks(*arguments):
    """Run the CLI in the bundle; return the finished process."""
    command = ["databricks", *arguments, "--output", "json"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def answer(*arguments):
    """Return what the CLI answers."""
    process = databricks(*arguments)
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


@pytest.fixture(scope="session")
def bundle():
    """Return the bundle as it is deployed to the target."""
    if not shutil.which("databricks"):
        pytest.skip("No workspace: the Databricks CLI is not installed.")
    login = databricks("current-user", "me")
    if login.returncode:
        reason = login.stderr.strip().partition("\n")[0]
        pytest.skip(f"No workspace: `databricks current-user me` says {reason!r}")
    return answer("bundle", "summary")


@pytest.fixture(scope="session")
def parameters(bundle):
    """Return the parameters of the deployed job."""
    jobs = bundle["resources"]["jobs"]
    job_id = jobs["billing"].get("id")
    if not job_id:
        pytest.skip("Nothing is deployed: run `databricks bundle deploy`, then the job.")
    settings = answer("jobs", "get", job_id)["settings"]
    return {parameter["name"]: parameter["default"] for parameter in settings["parameters"]}


@pytest.fixture(scope="session")
def spark(bundle):
    """Return a session on the workspace."""
    try:
        from databricks.connect import DatabricksSession
        from databricks.sdk.core import Config
    except ImportError:
        pytest.skip("Without databricks-connect: run `uv run tests/workspace/test_workspace.py`.")
    serverless = None if os.environ.get("DATABRICKS_CLUSTER_ID") else "auto"
    config = Config(host=bundle["workspace"]["host"], serverless_compute_id=serverless)
    return DatabricksSession.builder.sdkConfig(config).getOrCreate()


@pytest.mark.parametrize("entity", ["customers", "orders", "products"])
def test_compute_reads_the_source(spark, parameters, entity):
    files = f"{parameters['source']}/{entity}*.csv"
    assert spark.read.csv(files, header=True).limit(1).collect()


def test_every_table_can_be_read(spark, parameters):
    schema = f"`{parameters['catalog']}`.`{parameters['schema']}`"
    tables = [row["tableName"] for row in spark.sql(f"SHOW TABLES IN {schema}").collect()]
    assert tables, f"There is no table in {schema}: run the job first."
    for table in tables:
        spark.table(f"{schema}.`{table}`").limit(1).collect()


def test_the_schema_takes_a_table(spark, bundle, parameters):
    if bundle["bundle"]["target"] != "dev":
        pytest.skip("Only dev is written to.")
    table = f"`{parameters['catalog']}`.`{parameters['schema']}`.workspace_check"
    try:
        spark.range(1).write.mode("overwrite").saveAsTable(table)
        assert spark.table(table).count() == 1
    finally:
        spark.sql(f"DROP TABLE IF EXISTS {table}")


def test_groups_have_the_privileges_that_the_bundle_grants(bundle):
    for schema in bundle["resources"].get("schemas", {}).values():
        name = f"{schema['catalog_name']}.{schema['name']}"
        held = {
            each["principal"]: set(each["privileges"])
            for each in answer("grants", "get", "schema", name).get("privilege_assignments", [])
        }
        for grant in schema.get("grants") or []:
            missing = set(grant["privileges"]) - held.get(grant["principal"], set())
            assert not missing, f"{grant['principal']} lacks {missing} on {name}."


if __name__ == "__main__":
    # Not with the other tests: what those share needs the local Spark.
    here = f"--confcutdir={Path(__file__).parent}"
    sys.exit(pytest.main(["-m", "workspace", "-rs", here, __file__]))
