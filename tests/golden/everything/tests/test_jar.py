"""The JAR: built by Maven with its own tests, then run on the tests' Spark as its task runs it."""

import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from pyspark import SparkContext

from all_of_retail.etl import tables

ROOT = Path(__file__).parent.parent
MAIN_CLASS = "all_of_retail_jar.OrderTotals"

# Worked out by hand from fixtures/orders.csv: orders, units and revenue of each customer.
TOTALS = {
    ("C01", 6, 7, Decimal("477.43")),
    ("C02", 1, 3, Decimal("55.50")),
    ("C03", 1, 4, Decimal("49.00")),
    ("C04", 1, 1, Decimal("39.99")),
    ("C05", 1, 3, Decimal("284.70")),
    ("C06", 1, 10, Decimal("42.00")),
    ("C07", 1, 1, Decimal("75.00")),
    ("C08", 1, 2, Decimal("140.00")),
    ("C09", 1, 1, Decimal("10.00")),
    ("C10", 1, 2, Decimal("37.00")),
    ("C11", 1, 1, Decimal("18.50")),
    ("C12", 1, 1, Decimal("229.00")),
    ("C99", 1, 1, Decimal("12.25")),
    ("unknown", 1, 2, Decimal("24.50")),
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
    return folder / "target" / "all_of_retail.jar"


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
