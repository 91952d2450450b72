"""The JAR: built by Maven with its own tests, then run on the tests' Spark as its task runs it."""

import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from pyspark import SparkContext

from fleet.etl import tables

ROOT = Path(__file__).parent.parent
MAIN_CLASS = "fleet_jar.OrderTotals"

# Worked out by hand from fixtures/orders.csv: rows and their amounts of each order.
TOTALS = {
    ("O1", 1, Decimal("5.25")),
    ("O2", 1, Decimal("7.75")),
}


@pytest.fixture(scope="module")
def jar(tmp_path_factory):
    """Build the JAR in a folder of its own."""
    maven = shutil.which("mvn")
    if not maven:
        pytest.fail("The JAR is built by Maven: install it, so that `mvn` is found.", pytrace=False)
    folder = tmp_path_factory.mktemp("jar")
    sources = ROOT / "jar"
    shutil.copytree(sources, folder, ignore=shutil.ignore_patterns("target"), dirs_exist_ok=True)
    build = subprocess.run(
        [maven, "--batch-mode", "--quiet", "package"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert build.returncode == 0, build.stdout
    return folder / "target" / "fleet.jar"


@pytest.fixture
def run_main(spark, jar):
    """Return a function that runs the main class with options, in the session of the tests."""
    jvm, gateway = SparkContext._jvm, SparkContext._gateway
    urls = gateway.new_array(jvm.java.net.URL, 1)
    urls[0] = jvm.java.io.File(str(jar)).toURI().toURL()
    loader = jvm.java.net.URLClassLoader(urls, jvm.Thread.currentThread().getContextClassLoader())
    main = next(
        method for method in loader.loadClass(MAIN_CLASS).getMethods() if method.getName() == "main"
    )

    def run(*options):
        arguments = gateway.new_array(jvm.String, len(options))
        for i, option in enumerate(options):
            arguments[i] = option
        call = gateway.new_array(jvm.Object, 1)
        call[0] = arguments
        main.invoke(None, call)

    return run


def test_the_task_writes_the_totals_however_often_it_runs(spark, catalog, schema, source, run_main):
    orders = spark.read.csv(f"{source}/orders.csv", header=True)
    tables.write(orders, catalog, schema, "raw_orders")

    for _ in range(2):
        run_main("--catalog", catalog, "--schema", schema)

        rows = tables.read(spark, catalog, schema, "order_totals").collect()
        assert {tuple(row) for row in rows} == TOTALS


def test_the_task_names_the_option_that_is_missing(spark, catalog, run_main):
    with pytest.raises(Exception, match="Missing option: --schema"):
        run_main("--catalog", catalog)


def test_the_smoke_run_reads_nothing(spark, catalog, run_main):
    run_main("--catalog", catalog, "--schema", "nowhere", "--check")
