"""What all tests share: one local Spark session, and a schema of its own for each test."""

import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from delta import configure_spark_with_delta_pip
from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    """Start Spark with Delta Lake once, as small as it gets: one thread, one partition."""
    java_home = os.environ.get("JAVA_HOME")
    if not shutil.which(f"{java_home}/bin/java" if java_home else "java"):
        pytest.fail("Spark needs Java 17: install it, or set JAVA_HOME to it.", pytrace=False)
    # Spark's workers must run this Python, not the first one on PATH.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", False)
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .config("spark.sql.shuffle.partitions", 1)
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config(
            "spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog"
        )
        .config("spark.sql.sources.default", "delta")
        .config("spark.databricks.delta.snapshotPartitions", 1)
        .config("spark.databricks.delta.stats.collect", False)
        # Tables ask for upkeep of their files, which a few rows do not need.
        .config("spark.databricks.delta.optimizeWrite.enabled", False)
        .config("spark.databricks.delta.autoCompact.enabled", False)
        # To compile a query costs more than it saves on a few rows.
        .config("spark.sql.codegen.wholeStage", False)
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.sql.adaptive.enabled", False)
    )
    # The first start fetches the jars of Delta Lake from Maven Central.
    session = configure_spark_with_delta_pip(builder).getOrCreate()
    yield session
    session.stop()


@pytest.fixture
def catalog():
    """Return the catalog that local Spark has built in."""
    return "spark_catalog"


@pytest.fixture
def schema(spark, catalog):
    """Return the name of a schema that does not exist yet, and drop it afterwards."""
    name = "dev_test"
    yield name
    spark.sql(f"DROP SCHEMA IF EXISTS `{catalog}`.`{name}` CASCADE")


@pytest.fixture
def source():
    """Return the folder of the sample data, spelled as the job does."""
    return f"file:{Path(__file__).parent.parent / 'fixtures'}"


@pytest.fixture
def values():
    """Return the task values that a notebook has set."""
    return {}


@pytest.fixture
def run_notebook(spark, values):
    """Return a function that runs a notebook cell by cell, with a stand-in for dbutils."""

    def run_notebook(name, **parameters):
        values.clear()
        declared = {}
        widgets = SimpleNamespace(
            text=lambda key, default: declared.setdefault(key, parameters.get(key, default)),
            get=lambda key: declared[key],
        )
        task_values = SimpleNamespace(set=lambda key, value: values.update({key: value}))
        dbutils = SimpleNamespace(widgets=widgets, jobs=SimpleNamespace(taskValues=task_values))
        notebook = Path(__file__).parent.parent / f"src/{name}.py"
        header, *cells = notebook.read_text(encoding="utf-8").split("# COMMAND ----------")
        assert header.splitlines()[0] == "# Databricks notebook source"
        namespace = {"spark": spark, "dbutils": dbutils}
        for cell in cells:
            exec(cell, namespace)
        return dict(values)

    return run_notebook
