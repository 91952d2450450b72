"""Refuses paths that Spark cannot read in a workspace, though the Spark of these tests can.

The folder of the tests' temporary files stands for all volumes. Plain Python (`open`, `shutil`)
may use any path: only what Spark is given is looked at. A path that SQL puts together at run time
is not seen.
"""

import functools
import re
from importlib import import_module
from pathlib import Path

import pytest

PAGE = "https://docs.databricks.com/aws/en/files/workspace"
ROOT = Path(__file__).resolve().parent.parent

TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?\*/|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|[\w.]+|\S""", re.DOTALL
)
# What stands before a path in SQL: a format, a function, a keyword.
BEFORE_A_PATH = re.compile(
    r"(^| )((avro|binaryfile|csv|delta|json|orc|parquet|text|xml)\.|read_files \(( path = >)?|"
    r"directory|inpath|location|path)$|^copy into .* from$",
    re.IGNORECASE | re.DOTALL,
)


def refuse(what, page):
    """Fail the test, even where the code under test catches every Exception."""
    pytest.fail(f"{what}. See {page}")


def before(patch, owner, name, check):
    """Have a method call `check`, with its own arguments, before it does anything."""
    method = getattr(owner, name)

    @functools.wraps(method)
    def checked(*arguments, **options):
        check(*arguments, **options)
        return method(*arguments, **options)

    patch.setattr(owner, name, checked)


def tokens(sql):
    """Return the words, strings and signs of a statement, without its comments."""
    return [token for token in TOKEN.findall(sql) if not token.startswith(("--", "/*"))]


def paths_in(sql):
    """Return the paths that a statement names; other strings are none."""
    parts = tokens(sql)
    return [
        part[1:-1]
        for i, part in enumerate(parts)
        if part[0] in "'\"`" and BEFORE_A_PATH.search(" ".join(parts[:i]))
    ]


def filled(sql, args=None):
    """Return a statement with its named parameters replaced by their text."""
    for name, value in args.items() if isinstance(args, dict) else ():
        sql = re.sub(rf":{name}\b", lambda _, value=value: repr(value), sql)
    return sql


def located(path):
    """Return the scheme of a path or URI, and what follows it as an absolute path."""
    scheme, colon, rest = path.partition(":")
    if not colon or "/" in scheme:
        scheme, rest = "", path
    return scheme.lower(), f"/{rest.lstrip('/')}"


def is_below(path, folder):
    """Say whether a path is a folder, or something in it."""
    return path == str(folder) or path.startswith(f"{folder}/")


def refuse_workspace_files(path, volumes):
    """Refuse workspace files: executors of most compute cannot read them.

    Args:
        path: what Spark is given.
        volumes: the folder that stands for all volumes.
    """
    scheme, place = located(path)
    in_workspace = is_below(place, "/Workspace") or is_below(place, ROOT)
    if scheme in ("", "dbfs", "file") and in_workspace and not is_below(place, volumes):
        refuse(f"Spark reads no workspace files ({path}): copy them into a volume", PAGE)


def watch_paths(patch, spark, check):
    """Have every path that Spark is given checked first.

    Args:
        patch: a `pytest.MonkeyPatch`.
        spark: the session, of Spark itself or of Spark Connect.
        check: refuses a path.
    """

    def check_each(values):
        for value in values:
            if isinstance(value, (list, tuple)):
                check_each(value)
            elif isinstance(value, str):
                check(value)

    def check_options(options):
        ends = ("path", "paths", "location")  # checkpointLocation, cloudFiles.schemaLocation, ...
        check_each(value for key, value in options.items() if key.lower().endswith(ends))

    def path_first(self, *arguments, **options):
        check_each(arguments[:1])
        check_options(options)

    def paths_only(self, *arguments, **options):
        check_each(arguments)

    def option(self, key, value):
        check_options({key: value})

    def options(self, *arguments, **options):
        check_options(options)

    def table(self, name, *arguments, **options):
        check_each(paths_in(name))
        check_options(options)

    def created(self, name, path=None, *arguments, **options):
        check_options({"path": path, **options})

    def sql(self, query, args=None, **options):
        check_each(paths_in(filled(query, args)))

    package = type(spark).__module__.rpartition(".")[0]
    batch = import_module(f"{package}.readwriter")
    stream = import_module(f"{package}.streaming.readwriter")
    checks = {
        **dict.fromkeys(("csv", "json", "load", "orc", "save", "start", "text", "xml"), path_first),
        **dict.fromkeys(("table", "saveAsTable", "toTable"), table),
        **{"option": option, "options": options, "tableProperty": option},
    }
    for owner, parquet in (
        (batch.DataFrameReader, paths_only),
        (batch.DataFrameWriter, path_first),
        (batch.DataFrameWriterV2, None),
        (stream.DataStreamReader, path_first),
        (stream.DataStreamWriter, None),
    ):
        for name, check_call in {**checks, "parquet": parquet}.items():
            if hasattr(owner, name):
                before(patch, owner, name, check_call)
    before(patch, type(spark.catalog), "createTable", created)
    before(patch, type(spark.catalog), "createExternalTable", created)
    before(patch, type(spark), "table", table)
    before(patch, type(spark), "sql", sql)
