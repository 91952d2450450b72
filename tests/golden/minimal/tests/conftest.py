"""What all tests share: one local Spark session, and a schema of its own for each test."""

import os
import shutil
import sys
import urllib.request
import warnings
from importlib.metadata import version
from pathlib import Path

import pytest
import serverless
from pyspark.sql import SparkSession

ROOT = Path(__file__).parent.parent
# A mirror of Maven Central may take its place.
MAVEN = os.environ.get("MAVEN_MIRROR", "https://repo1.maven.org/maven2").rstrip("/")

# Spark's workers run this Python, not the first one on PATH.
os.environ["PYSPARK_PYTHON"] = sys.executable
# Functions that are defined outside of tests are meant for Spark Connect, too.
os.environ["SPARK_CONNECT_MODE_ENABLED"] = "1"


def fetch(artifact, release):
    """Return the path of a JAR of Delta Lake, which the first call fetches for all projects.

    Not by Spark's own `spark.jars.packages`: that fails where Maven has left a POM without its JAR.
    """
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "delta-jars"
    jar = folder / f"{artifact}-{release}.jar"
    if not jar.exists():
        folder.mkdir(parents=True, exist_ok=True)
        url = f"{MAVEN}/io/delta/{artifact}/{release}/{jar.name}"
        try:
            with urllib.request.urlopen(url, timeout=60) as response:
                content = response.read()
        except (OSError, ValueError) as error:
            pytest.fail(f"{url}: {error} (MAVEN_MIRROR may name another address)", pytrace=False)
        partial = jar.with_suffix(f".{os.getpid()}")
        partial.write_bytes(content)
        partial.replace(jar)
    return str(jar)


@pytest.fixture(scope="session")
def volumes(tmp_path_factory):
    """Return the folder that stands for all volumes: that of the tests' temporary files."""
    return tmp_path_factory.getbasetemp()


@pytest.fixture(scope="session")
def spark(tmp_path_factory, volumes):
    """Start Spark Connect with Delta Lake once, as small as it gets; refuse what a job may not."""
    java_home = os.environ.get("JAVA_HOME")
    if not shutil.which(f"{java_home}/bin/java" if java_home else "java"):
        pytest.fail("Spark needs Java 17: install it, or set JAVA_HOME to it.", pytrace=False)
    delta = version("delta-spark")
    jars = [fetch("delta-spark_2.13", delta), fetch("delta-storage", delta)]
    builder = (
        SparkSession.builder.remote("local[1]")
        .config("spark.jars", ",".join(jars))
        .config("spark.ui.enabled", False)
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .config("spark.python.daemon.module", "serverless")
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
    with pytest.MonkeyPatch.context() as patch:
        # The server has all settings, those too that a client cannot set.
        warnings.filterwarnings("ignore", "Failed to set", UserWarning)
        # Any value gives Spark Connect a free port: tests run side by side.
        patch.setenv("SPARK_TESTING", "0")
        patch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
        session = builder.getOrCreate()
        serverless.install(patch, session, volumes)
        yield session
    session.stop()


@pytest.fixture
def catalog():
    """Return the catalog that local Spark has built in."""
    return "spark_catalog"


@pytest.fixture
def schema(spark, catalog):
    """Create an empty schema, as the bundle does; return its name, and drop it afterwards."""
    name = "dev_test"
    spark.sql(f"CREATE SCHEMA `{catalog}`.`{name}`")
    yield name
    spark.sql(f"DROP SCHEMA IF EXISTS `{catalog}`.`{name}` CASCADE")


@pytest.fixture
def source(tmp_path):
    """Return a folder with the sample data, as it lies in a volume."""
    return str(shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures"))
