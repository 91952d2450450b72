"""Where SQL is looked for, and what its rules decide beyond their examples."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from bundles import findings, write_bundle

from bundlewright.checking import check
from bundlewright.finding import Finding
from bundlewright.rules.sources.statements.parsing import parser
from bundlewright.rules.sources.systemtables import system_table_fault

BUNDLE = """\
bundle: {name: b}
resources:
  jobs:
    etl:
      name: etl
      tasks:
        - {task_key: a, sql_task: {warehouse_id: x, file: {path: src/a.sql}}}
@ src/a.sql
"""


def in_sources(folder: Path, text: str) -> list[Finding]:
    """The findings in the source files of a bundle."""
    return [one for one in findings(folder, text, info=True) if one.code.startswith("BW8")]


def of(folder: Path, sql: str) -> list[tuple[str, int, int]]:
    """Where the findings in one file of SQL are."""
    return [(one.code, one.line, one.column) for one in in_sources(folder, BUNDLE + sql)]


def test_a_finding_stands_in_the_file(tmp_path: Path) -> None:
    sql = "-- a comment\nSELECT a\nFROM t;\n\nSELECT a,\n  b,\nFROM t;\n  SELCT 1\n"
    found = in_sources(tmp_path, BUNDLE + sql)
    assert [(one.code, one.file, one.line, one.column) for one in found] == [
        ("BW801", "src/a.sql", 6, 4),
        ("BW801", "src/a.sql", 8, 3),
    ]
    assert found[1].hint == "did you mean 'SELECT'?"
    assert found[0].path[:3] == ("resources", "jobs", "etl")


SOURCES = """\
bundle: {name: b}
resources:
  jobs:
    etl:
      name: etl
      tasks:
        - {task_key: a, notebook_task: {notebook_path: src/a.py}}
        - {task_key: b, notebook_task: {notebook_path: src/b.sql}}
        - {task_key: c, notebook_task: {notebook_path: src/c.ipynb}}
        - {task_key: d, existing_cluster_id: x, spark_python_task: {python_file: src/d.py}}
  pipelines:
    p:
      name: p
      catalog: main
      schema: s
      serverless: true
      libraries:
        - file: {path: flows/*.sql}
        - glob: {include: more/**}
  dashboards:
    d: {display_name: d, warehouse_id: x, file_path: src/d.lvdash.json}
  alerts:
    a: {display_name: a, warehouse_id: x, file_path: src/a.dbalert.json}
    b:
      display_name: b
      warehouse_id: x
      evaluation: {comparison_operator: EQUAL, source: {name: a}}
      schedule: {quartz_cron_schedule: "0 0 8 * * ?", timezone_id: UTC}
      query_text: |
        SELECT a,
        FROM t
@ src/a.py
# Databricks notebook source
# MAGIC %sql
# MAGIC SELECT a,
# MAGIC FROM t
# COMMAND ----------
spark.sql(\"\"\"
  SELECT a,
  FROM t
\"\"\")
@ src/b.sql
-- Databricks notebook source
SELECT a, FROM t
-- COMMAND ----------
-- MAGIC %md SELECT a, FROM t
@ src/c.ipynb
{"cells": [{"cell_type": "code", "source": ["%sql SELECT a, FROM t"]}], "metadata": {}}
@ src/d.py
x = "SELECT a, FROM t"
spark.sql("SELECT a, FROM t")
spark.sql(f"SELECT a, FROM {x}")
@ flows/e.sql
SELECT a, FROM t
@ more/deep/f.sql
SELECT a, FROM t
@ src/d.lvdash.json
{"datasets": [{"queryLines": ["SELECT a, FROM t"]}]}
@ src/a.dbalert.json
{"query_lines": ["SELECT a, FROM t"]}
@ unused.sql
SELECT a, FROM t
"""


def test_sql_is_judged_wherever_it_is_referred_to(tmp_path: Path) -> None:
    found = in_sources(tmp_path, SOURCES)
    assert [(one.file, one.line, one.column) for one in found] == [
        ("databricks.yml", 30, 17),
        ("flows/e.sql", 1, 9),
        ("more/deep/f.sql", 1, 9),
        ("src/a.dbalert.json", 1, 27),
        ("src/a.py", 3, 17),
        ("src/a.py", 7, 11),
        ("src/b.sql", 2, 9),
        ("src/c.ipynb", 1, 59),
        ("src/d.lvdash.json", 1, 40),
        ("src/d.py", 2, 20),
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "{% for x in xs %} SELECT a, {% endfor %} FROM t",
        "SELECT * FROM {{catalog}}.s.t WHERE a = '{{x}}' {{more}}",
        "",
        "-- nothing",
    ],
)
def test_what_is_no_sql_yet_is_not_judged(tmp_path: Path, sql: str) -> None:
    assert of(tmp_path, sql) == []


def test_spark_sql_runs_one_statement(tmp_path: Path) -> None:
    text = """\
bundle: {name: b}
resources: {jobs: {j: {name: j, tasks: [{task_key: a, notebook_task: {notebook_path: a.py}}]}}}
@ a.py
# Databricks notebook source
spark.sql("SELECT 1;")
spark.sql("SELECT 1; SELECT 2")
"""
    [finding] = in_sources(tmp_path, text)
    assert (finding.code, finding.line, finding.column) == ("BW801", 3, 22)


def test_a_file_is_judged_once_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = "".join(
        f"    j{n}:\n      name: j{n}\n      tasks:\n"
        "        - {task_key: a, sql_task: {warehouse_id: x, file: {path: src/a.sql}}}\n"
        for n in range(50)
    )
    text = f"bundle: {{name: b}}\nresources:\n  jobs:\n{tasks}@ src/a.sql\nSELECT a, FROM t\n"
    calls = []
    import bundlewright.rules.sources.statements as statements

    tokens_of = statements.tokens_of
    monkeypatch.setattr(statements, "tokens_of", lambda sql: calls.append(sql) or tokens_of(sql))
    assert [one.code for one in in_sources(tmp_path, text)] == ["BW801"]
    assert len(calls) == 1


def test_without_a_parser_only_queries_go_unjudged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sqlglot", None)
    parser.cache_clear()
    try:
        found = in_sources(tmp_path, BUNDLE + "SELECT a b c FROM t; SELCT 1\n")
    finally:
        parser.cache_clear()
    assert [(one.code, one.severity, one.file) for one in found] == [
        ("BW801", "info", "databricks.yml"),
        ("BW801", "error", "src/a.sql"),
    ]
    assert "sqlglot is not installed" in found[0].message


@pytest.mark.parametrize("verb", ["CREATE", "CREATE OR REPLACE", "DROP", "ALTER"])
@pytest.mark.parametrize("kind", ["ALERT", "JOB", "DASHBOARD", "PIPELINE", "STAGE", "WAREHOUSE"])
def test_statements_that_there_are_not(tmp_path: Path, verb: str, kind: str) -> None:
    assert of(tmp_path, f"{verb} {kind} x") == [("BW802", 1, 1)]


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t (a INT, d DATE) PARTITIONED BY (d) CLUSTER BY (a)",
        "CREATE TABLE t (a INT, d DATE) CLUSTER BY (a) PARTITIONED BY (d)",
        "CREATE TABLE t CLUSTER BY AUTO PARTITIONED BY (d) AS SELECT 1 AS d",
        "CREATE TABLE t (a INT) CLUSTERED BY (a) INTO 8 BUCKETS CLUSTER BY (a)",
        "CREATE MATERIALIZED VIEW v PARTITIONED BY (d) CLUSTER BY (a) AS SELECT 1 AS a",
    ],
)
def test_tables_that_are_laid_out_twice(tmp_path: Path, sql: str) -> None:
    assert [code for code, *_ in of(tmp_path, sql)] == ["BW803"]


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t PARTITIONED BY (d) AS SELECT * FROM s CLUSTER BY a",
        "CREATE TABLE t (a INT) CLUSTERED BY (a) INTO 8 BUCKETS PARTITIONED BY (b INT)",
        "CREATE TABLE t (a INT) CLUSTER BY (a); CREATE TABLE s (a INT) PARTITIONED BY (a)",
        "ALTER TABLE t CLUSTER BY (a)",
    ],
)
def test_tables_that_are_laid_out_once(tmp_path: Path, sql: str) -> None:
    assert of(tmp_path, sql) == []


def test_tables_that_are_laid_out_twice_in_python(tmp_path: Path) -> None:
    text = """\
bundle: {name: b}
resources:
  pipelines:
    p: {name: p, catalog: c, schema: s, serverless: true, libraries: [{file: {path: a.py}}]}
@ a.py
from pyspark import pipelines as dp

@dp.table(partition_cols=["d"], cluster_by=["a"])
def orders():
    return spark.readStream.table("raw")
"""
    [finding] = in_sources(tmp_path, text)
    assert (finding.code, finding.line, finding.column) == ("BW803", 3, 33)


@pytest.mark.parametrize(
    ("name", "severity", "hint"),
    [
        ("lakeflow.jobs", None, ""),
        ("LakeFlow.Job_Run_Timeline", None, ""),
        ("workflow.job_runs", "error", "read system.lakeflow.job_run_timeline"),
        ("workflow.jobs", "warning", "read system.lakeflow.jobs"),
        ("lakeflow.job_runs", "error", "read system.lakeflow.job_run_timeline"),
        (
            "lakeflow.job_run_timelines",
            "warning",
            "did you mean 'system.lakeflow.job_run_timeline'?",
        ),
        ("lakflow.jobs", "error", "did you mean 'lakeflow'?"),
        ("biling.usage", "error", "did you mean 'billing'?"),
        ("billing.prices", "error", "read system.billing.list_prices"),
        ("query.querys", "warning", "see the reference"),
        ("lineage.table_lineage", "error", "read system.access.table_lineage"),
        ("information_schema.schemas", "error", "read system.information_schema.schemata"),
        ("information_schema.something_new", None, ""),
        ("ai.some_model", None, ""),
        ("session.x", None, ""),
    ],
)
def test_system_tables(name: str, severity: str | None, hint: str) -> None:
    fault = system_table_fault(*name.split("."))
    assert (fault is None) == (severity is None)
    if fault:
        assert fault[0] == severity
        assert hint in fault[2]


@pytest.mark.parametrize(
    ("sql", "column"),
    [
        ("SELECT * FROM t JOIN system.workflow.job_runs r ON r.a = t.a", 22),
        ("SELECT * FROM `system`.`workflow`.`job_runs`", 15),
        ("SELECT * FROM STREAM(system.workflow.job_runs)", 22),
        ("GRANT SELECT ON TABLE system.workflow.job_runs TO u", 23),
        ("SELECT system.workflow.job_runs FROM metrics", None),  # a field of a struct
        ("SELECT 'FROM system.workflow.job_runs' -- FROM system.workflow.job_runs", None),
        ("SELECT * FROM my.system.workflow.job_runs", None),
        ("SELECT * FROM system.workflow", None),
        ("USE SCHEMA system.workflow", None),
    ],
)
def test_system_tables_in_sql(tmp_path: Path, sql: str, column: int | None) -> None:
    expected = [("BW804", 1, column)] if column else []
    assert of(tmp_path, sql) == expected


def test_system_tables_in_python(tmp_path: Path) -> None:
    text = """\
bundle: {name: b}
resources: {jobs: {j: {name: j, tasks: [{task_key: a, notebook_task: {notebook_path: a.py}}]}}}
@ a.py
# Databricks notebook source
runs = spark.read.table("system.workflow.job_runs")
jobs = spark.table("system.lakeflow.jobs")
tasks = spark.sql("SELECT * FROM system.lakeflow.tasks")
"""
    found = in_sources(tmp_path, text)
    assert [(one.code, one.line, one.column) for one in found] == [
        ("BW804", 2, 26),
        ("BW804", 4, 34),
    ]


def test_no_bundle_makes_the_rules_fail(tmp_path: Path) -> None:
    files = {
        "a.py": "# Databricks notebook source\n# MAGIC %run\n# COMMAND ----------\n# MAGIC",
        "b.ipynb": json.dumps({"cells": [None, {"cell_type": "code", "source": {"a": 1}}]}),
        "c.sql": "-- Databricks notebook source\n-- COMMAND ----------\n\n-- COMMAND ----------\n;",
    }
    tasks = "".join(
        f"        - {{task_key: {name[0]}, notebook_task: {{notebook_path: {name}}}}}\n"
        for name in files
    )
    text = "bundle: {name: b}\nresources:\n  jobs:\n    j:\n      name: j\n      tasks:\n" + tasks
    text += "  pipelines: {p: {name: p, libraries: [null, {file: 1}, {glob: {include: [x]}}, x]}}\n"
    text += "  alerts: {a: {query_text: [1], file_path: 3}}\n"
    folder = write_bundle(tmp_path, text)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    assert [one for one in check(folder).findings if "failed" in one.message] == []
