"""Refuses what serverless compute refuses, in whatever a test calls: your own code included.

The tests run on Spark Connect, as jobs do there, but the Connect of Spark itself refuses little.
Not seen are: what a function of `foreachBatch` does, privileges, limits of memory and time, and
connections that are not made by Python's own sockets. `delta.tables.DeltaTable` works on Databricks
and not here, where Spark Connect has no plug-in for it: write MERGE in SQL.

Spark also runs this file in place of its own daemon, so that functions open no connections.
"""

import re
import runpy
import sys

from guard import (
    before,
    filled,
    is_below,
    located,
    refuse,
    refuse_workspace_files,
    tokens,
    watch_paths,
)

LIMITS = "https://docs.databricks.com/aws/en/compute/serverless/limitations"
CONNECT = "https://docs.databricks.com/aws/en/spark/connect-vs-classic"
TRIGGERS = "https://docs.databricks.com/aws/en/structured-streaming/triggers"
PROPERTIES = "https://docs.databricks.com/aws/en/spark/conf"
CATALOG = "https://docs.databricks.com/aws/en/data-governance/unity-catalog/"

# The properties that can be set, in lower case.
SETTABLE = {
    "spark.databricks.execution.timeout",
    "spark.sql.ansi.enabled",
    "spark.sql.files.maxpartitionbytes",
    "spark.sql.legacy.timeparserpolicy",
    "spark.sql.session.timezone",
    "spark.sql.shuffle.partitions",
}
# What a statement must not begin with, or hold.
STATEMENTS = {
    r"^((un)?cache (lazy )?table|clear cache)\b": ("cached tables", LIMITS),
    r"\bglobal (temp|temporary) view\b": ("global temporary views", LIMITS),
    r"^create (schema|database)( if not exists)? (\w+|`[^`]*`)(?! ?[.(])( |$)": (
        "default catalog: name the catalog of the schema",
        CATALOG,
    ),
    r"^add (jars?|files?|archives?)\b": ("files for executors", LIMITS),
}
NAMES = {
    "global_temp": ("global temporary views", LIMITS),
    "hive_metastore": ("Hive metastore", CATALOG),
}


def no(what, page=LIMITS):
    """Refuse what serverless compute does not have."""
    refuse(f"Serverless compute has no {what}", page)


def check_path(path, volumes):
    """Refuse all but volumes and the storage of a cloud.

    Args:
        path: what Spark is given.
        volumes: the folder that stands for all volumes.
    """
    refuse_workspace_files(path, volumes)
    scheme, place = located(path)
    in_volume = is_below(place, "/Volumes") and scheme != "file"
    if scheme in ("", "dbfs", "file") and not in_volume and not is_below(place, volumes):
        no(f"DBFS and no local files for Spark ({path}): use a volume")


def check_property(key):
    """Refuse to set what cannot be set."""
    if key.lower() not in SETTABLE:
        no(f"such setting ({key})", PROPERTIES)


def check_name(name):
    """Refuse the name of a catalog or schema that is not there, of itself or of what is in it."""
    known = NAMES.get(name.replace("`", "").partition(".")[0].lower())
    if known:
        no(*known)


def check_sql(sql, args=None):
    """Refuse statements, names and properties; strings are none."""
    parts = ["''" if part[0] in "'\"" else part for part in tokens(filled(sql, args))]
    text = " ".join(parts).lower()
    for pattern, known in STATEMENTS.items():
        if re.search(pattern, text):
            no(*known)
    for part in parts:
        check_name(part)
    if parts[0].lower() == "set" and parts[2:3] == ["="] and "." in parts[1]:
        check_property(parts[1].strip("`"))


def install(patch, spark, volumes):
    """Guard the session and what comes of it.

    Args:
        patch: a `pytest.MonkeyPatch`.
        spark: the session of Spark Connect.
        volumes: the folder that stands for all volumes.
    """
    from pyspark import SparkContext
    from pyspark.sql.connect.column import Column
    from pyspark.sql.connect.conf import RuntimeConf
    from pyspark.sql.connect.dataframe import DataFrame
    from pyspark.sql.connect.readwriter import DataFrameReader, DataFrameWriter
    from pyspark.sql.connect.streaming.readwriter import DataStreamReader, DataStreamWriter

    session, catalog = type(spark), type(spark.catalog)
    watch_paths(patch, spark, lambda path: check_path(path, volumes))

    cached = ("cache", "persist", "unpersist", "checkpoint", "localCheckpoint")
    views = ("createGlobalTempView", "createOrReplaceGlobalTempView")
    for owner, names, what, page in (
        (DataFrame, cached, "cached data frames: write a table", LIMITS),
        (catalog, ("cacheTable", "uncacheTable", "clearCache"), "cached tables", LIMITS),
        (DataFrame, views, "global temporary views", LIMITS),
        (catalog, ("dropGlobalTempView",), "global temporary views", LIMITS),
        (DataFrame, ("foreachPartition",), "partitions for Python: use mapInPandas", CONNECT),
        (SparkContext, ("__init__", "getOrCreate"), "SparkContext: use the session", CONNECT),
    ):
        for name in names:
            patch.setattr(owner, name, lambda *_, what=what, page=page, **__: no(what, page))
    for owner, names, what in (
        (DataFrame, ("rdd", "toJSON"), "RDDs"),
        (session, ("sparkContext", "_sc", "newSession"), "SparkContext: use the session"),
        (session, ("_jvm", "_jsc", "_jsparkSession"), "JVM at hand"),
        (DataFrame, ("_jdf",), "JVM at hand"),
        (Column, ("_jc",), "JVM at hand"),
    ):
        for name in names:
            refused = property(lambda _, what=what: no(what, CONNECT))
            patch.setattr(owner, name, refused, raising=False)

    for owner, names in (
        (session, ("table",)),
        (DataFrame, ("writeTo",)),
        (DataFrameReader, ("table",)),
        (DataFrameWriter, ("insertInto", "saveAsTable")),
        (DataStreamReader, ("table",)),
        (DataStreamWriter, ("toTable",)),
        (catalog, ("databaseExists", "tableExists", "setCurrentCatalog", "setCurrentDatabase")),
    ):
        for name in names:
            before(patch, owner, name, lambda _, name, *__, **___: check_name(name))
    before(patch, session, "sql", lambda _, sql, args=None, **__: check_sql(sql, args))
    before(patch, RuntimeConf, "set", lambda _, key, value: check_property(key))

    def trigger(writer, *, availableNow=None, **_):
        if not availableNow:
            no("streams that go on: use trigger(availableNow=True)", TRIGGERS)
        writer.has_trigger = True

    def started(writer, *_, **__):
        if not getattr(writer, "has_trigger", False):
            no("streams without trigger(availableNow=True)", TRIGGERS)

    before(patch, DataStreamWriter, "trigger", trigger)
    before(patch, DataStreamWriter, "start", started)
    before(patch, DataStreamWriter, "toTable", started)


def refuse_connections(event, arguments):
    """Let functions that Spark runs connect to nothing but Spark: an audit hook."""
    if event == "socket.connect":
        host = arguments[1][0] if isinstance(arguments[1], tuple) else "localhost"
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if host not in (None, "", "localhost", "127.0.0.1", "::1"):
        raise PermissionError(f"Functions open no connection, not to {host}: see {LIMITS}")


if __name__ == "__main__":
    sys.addaudithook(refuse_connections)
    runpy.run_module("pyspark.daemon", run_name="__main__")
