"""What is wrong in Python sources: what does not compile, and what notebooks ask for in vain."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from bundles import findings

from bundlewright.finding import Finding
from bundlewright.rules.sources.pythons import Code, calls_in
from bundlewright.rules.sources.snippets import PYTHON, of_lines

HEAD = "# Databricks notebook source\n"


def of(rule: str, folder: Path, text: str) -> list[Finding]:
    """The findings of some rules in a bundle."""
    return [one for one in findings(folder, text) if one.code.startswith(rule)]


def code(text: str, is_cell: bool = True) -> Code:
    lines = [(line, number, 1) for number, line in enumerate(text.split("\n"), 1)]
    return Code(of_lines("a.py", PYTHON, lines, is_cell))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 1",
        "%pip install a-package>=1\nx = 1",
        "%matplotlib inline\nif x:\n    %run_this",
        "!ls it's (",
        "files = !ls\nimages = %sql SELECT 1",
        "x = (a\n     % b)\n%time x",
        "df?\n?df\ndf.head??",
        "%%time\nx = 1",
        "%%bash\nls it's",
        "await f()",
        "async with a as b:\n    pass",
        "x = '''\n%pip install\n'''",
    ],
)
def test_cells_compile(text: str) -> None:
    assert code(text).fault is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("x = (1", "(1"),
        ("x = 1\nif x\n    y = 2", "\n    y"),
        ("def f():\nreturn 1", "return"),
        ("print 'x'", "print"),
        ("x = 'abc", "'abc"),
        ("x = [1, 2))", ")"),
        ("%pip install x\ny = = 2", "= 2"),
        ("return 1", "return"),
        ("for x in y:\n  a = 1\n break", ""),
    ],
)
def test_what_does_not_compile_is_found_where_it_is(text: str, at: str) -> None:
    offset, message = code(text).fault
    assert message
    assert text[offset:].startswith(at), text[offset:]


@pytest.mark.parametrize("text", ["%pip install x", "!ls", "await f()", "df?"])
def test_scripts_are_plain_python(text: str) -> None:
    assert code(text, is_cell=False).fault is not None


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    pass\nexcept* ValueError:\n    pass",
        "type Pair[T] = tuple[T, T]",
        "def first[T](items: list[T]) -> T: ...",
        "class Box[T]: ...",
        "x = f'{a['b']}'",
        'x = f"{", ".join(f"{y}")}"',
        "x = t'{a}'",
        "def f(*args: *Ts): ...",
    ],
)
def test_what_a_newer_python_may_take_is_not_reported(text: str) -> None:
    assert code(text).fault is None


def test_sources_that_nobody_wrote_are_passed_over() -> None:
    assert code("x\0y").tree is None
    assert code("(" * 5000).tree is None
    assert code("x = " + "-" * 100000 + "1") is not None


def test_calls_are_found_with_their_strings() -> None:
    source = code(
        'é = "é"; spark.sql("SELECT 1")\n'
        'self.spark.read.table("a.b")\n'
        'if x:\n    spark.sql("""\nSELECT 2""")\n'
        'spark.sql(f"{x}"); duckdb.sql("no"); spark_session.table(r"c")\n'
    )
    found = calls_in(source, ("*.sql", "*.read.table", "*.table"))
    assert sorted((name, text, certain) for name, text, _, certain in found if text) == [
        ("*.read.table", "a.b", True),
        ("*.sql", "\nSELECT 2", False),
        ("*.sql", "SELECT 1", True),
        ("*.table", "c", True),
    ]
    for _, text, offset, _ in found:
        assert text is None or source.snippet.text.startswith(text, offset)


JOB = """\
bundle: {name: b}
resources:
  jobs:
    etl:
      name: etl
      %s
      tasks:
        - task_key: a
          notebook_task: {notebook_path: src/a.py%s}
@ src/a.py
# Databricks notebook source
"""
SCHEDULE = "schedule: {quartz_cron_expression: '0 0 2 * * ?', timezone_id: UTC}"


@pytest.mark.parametrize(
    ("cell", "job", "task"),
    [
        ("x = dbutils.widgets.get('day')", "", ", base_parameters: {day: x}"),
        ("x = dbutils.widgets.get('day')", "parameters: [{name: day, default: x}]", ""),
        ("x = dbutils.widgets.get('day')", "parameters: [{name: '${var.x}', default: x}]", ""),
        ("dbutils.widgets.text('day', '')\nx = dbutils.widgets.get('day')", "", ""),
        ("x = dbutils.widgets.get('day')\ndbutils.widgets.dropdown(name, 'a', [])", "", ""),
        ("try:\n    x = dbutils.widgets.get('day')\nexcept Exception:\n    x = ''", "", ""),
        ("x = dbutils.widgets.get(name)", "", ""),
        ("# MAGIC %sql CREATE WIDGET TEXT day DEFAULT ''\n"
         "# COMMAND ----------\nx = dbutils.widgets.get('day')", "", ""),
        ("x = dbutils.widgets.get('day')", "", ", base_parameters: '${var.x}'"),
        ("x = dbutils.widgets.get('day')", "git_source: {git_url: u, git_provider: gitHub}", ""),
    ],
)  # fmt: skip
def test_parameters_that_notebooks_get(tmp_path: Path, cell: str, job: str, task: str) -> None:
    text = f"{JOB % (job, task)}{cell}\n"
    assert of("BW813", tmp_path, text) == []


def test_parameters_that_notebooks_do_not_get(tmp_path: Path) -> None:
    text = JOB % (SCHEDULE, ", base_parameters: {dat: x}")
    text += "# COMMAND ----------\n# MAGIC %run ./b\n# COMMAND ----------\n"
    text += "x = dbutils.widgets.get('day')\n"
    text += "@ src/b.py\n# Databricks notebook source\ny = dbutils.widgets.get('month')\n"
    found = of("BW813", tmp_path, text)
    assert [(one.file, one.line, one.column, one.severity) for one in found] == [
        ("src/a.py", 5, 26, "error"),
        ("src/b.py", 2, 26, "error"),
    ]
    assert found[0].hint == "did you mean 'dat'?"
    quiet = text.replace(SCHEDULE, "")
    assert {one.severity for one in of("BW813", tmp_path / "q", quiet)} == {"warning"}


def test_a_parameter_may_have_its_default_in_an_included_notebook(tmp_path: Path) -> None:
    text = JOB % (SCHEDULE, "") + "# MAGIC %run ../lib/b\n# COMMAND ----------\n"
    text += "x = dbutils.widgets.get('day')\n"
    included = "@ lib/b.py\n# Databricks notebook source\ndbutils.widgets.text('day', 'x')\n"
    assert of("BW8", tmp_path / "there", text + included) == []
    [finding] = of("BW8", tmp_path / "not", text)
    assert finding.code == "BW812"  # who knows what it would have defined


@pytest.mark.parametrize(
    ("magic", "message"),
    [
        ("%run ./nope", "'./nope', which does not exist"),
        ("%run ../src/nope $a='b'", "'../src/nope', which does not exist"),
        ('%run "./no pe"', "'./no pe', which does not exist"),
        ("%run ./plain", "'./plain', which is not a notebook"),
        ("%run ./b", ""),
        ("%run ./b.py", ""),
        ("%run /Shared/x", ""),
        ("%run ../../elsewhere", ""),
        ("%run $path", ""),
        ("%sh echo %run ./nope", ""),
    ],
)
def test_included_notebooks(tmp_path: Path, magic: str, message: str) -> None:
    text = f"{JOB % ('', '')}# MAGIC {magic}\n@ src/b.py\n{HEAD}@ src/plain.py\nx = 1\n"
    found = [one.message for one in of("BW812", tmp_path, text)]
    assert len(found) == bool(message)
    assert message in "".join(found)


def test_python_is_judged_wherever_it_is_referred_to(tmp_path: Path) -> None:
    text = """\
bundle: {name: b}
resources:
  jobs:
    etl:
      name: etl
      tasks:
        - {task_key: a, existing_cluster_id: x, spark_python_task: {python_file: a.py}}
        - task_key: b
          for_each_task:
            inputs: "[1]"
            task: {task_key: c, notebook_task: {notebook_path: b.ipynb}}
        - {task_key: d, existing_cluster_id: x, spark_python_task: {python_file: a.py}}
  pipelines:
    p:
      name: p
      catalog: main
      schema: s
      serverless: true
      libraries:
        - glob: {include: flows/**}
@ a.py
x = (
@ b.ipynb
{"cells": [{"cell_type": "code", "source": ["x = 1\\n", "y = ("]}], "metadata": {}}
@ flows/deep/c.py
def f(:
@ flows/readme.md
def f(:
@ unused.py
x = (
"""
    found = of("BW811", tmp_path, text)
    assert [(one.file, one.line, one.column) for one in found] == [
        ("a.py", 1, 5),
        ("b.ipynb", 1, 61),
        ("flows/deep/c.py", 1, 7),
    ]


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="is Python again there")
def test_python_2_is_reported() -> None:
    assert code("try:\n    pass\nexcept A, B:\n    pass").fault is not None


@pytest.mark.skipif(sys.version_info < (3, 12), reason="reports less under older versions")
def test_broken_f_strings_are_reported_by_a_python_that_is_sure() -> None:
    assert code("x = f'{a'").fault is not None
