"""What all tests share: one local Spark session, and a schema of its own for each test."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    """Start Spark once, as small as it gets: one thread, one partition, no web pages."""
    java_home = os.environ.get("JAVA_HOME")
    if not shutil.which(f"{java_home}/bin/java" if java_home else "java"):
        pytest.fail("Spark needs Java 17: install it, or set JAVA_HOME to it.", pytrace=False)
    # Spark's workers must run this Python, not the first one on PATH.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", False)
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .config("spark.sql.shuffle.partitions", 1)
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
        .getOrCreate()
    )
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
