"""How source files are split into snippets, and that each knows where it stands."""

from __future__ import annotations

import json

import pytest

from bundlewright.bundle.access import place_at, value_at
from bundlewright.bundle.document import Document, parse
from bundlewright.rules.sources.snippets import Snippet, of_scalar, snippets_of


def split(name: str, text: str) -> list[tuple[str, str]]:
    return [(one.language, one.text.strip()) for one in snippets_of(name, text)]


def line_at(snippet: Snippet, text: str, word: str) -> str:
    """What stands in a file where the snippet says that a word of it stands."""
    _, line, column = snippet.place(snippet.text.index(word))
    return text.split("\n")[line - 1][column - 1 :]


PYTHON_NOTEBOOK = """\
# Databricks notebook source
x = 1

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT a
# MAGIC FROM t

# COMMAND ----------

# DBTITLE 1,One line
# MAGIC %sql SELECT b

# COMMAND ----------

# MAGIC %md some *text*

# COMMAND ----------

# MAGIC %pip install x
# MAGIC import x
"""


def test_a_notebook_is_split_into_cells_by_language() -> None:
    assert split("a.py", PYTHON_NOTEBOOK) == [
        ("python", "# Databricks notebook source\nx = 1"),
        ("sql", "SELECT a\nFROM t"),
        ("sql", "SELECT b"),
        ("other", "%md some *text*"),
        ("python", "%pip install x\nimport x"),
    ]
    assert [one.is_cell for one in snippets_of("a.py", PYTHON_NOTEBOOK)] == [True] * 5


def test_other_notebooks() -> None:
    sql = "-- Databricks notebook source\nSELECT 1\n-- COMMAND ----------\n-- MAGIC %python x = 1"
    assert split("a.sql", sql) == [
        ("sql", "-- Databricks notebook source\nSELECT 1"),
        ("python", "x = 1"),
    ]
    scala = sql.replace("-- ", "// ").replace("%python x = 1", "%sql SELECT 2")
    assert [language for language, _ in split("a.scala", scala)] == ["other", "sql"]


def test_files_that_are_no_notebooks() -> None:
    assert split("a.py", "x = 1\n# COMMAND ----------\ny = 2") == [
        ("python", "x = 1\n# COMMAND ----------\ny = 2")
    ]
    # Files of pipelines that were notebooks keep the separators.
    assert len(split("a.sql", "SELECT 1\n-- COMMAND ----------\nSELECT 2")) == 2
    assert split("a.csv", "1,2") == []


@pytest.mark.parametrize("word", ["SELECT a", "FROM t", "SELECT b", "%md", "import x", "x = 1"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_places_in_a_notebook(word: str, end: str) -> None:
    text = PYTHON_NOTEBOOK.replace("\n", end)
    [snippet] = [one for one in snippets_of("a.py", text) if word in one.text][:1]
    assert line_at(snippet, text, word).startswith(word)


def jupyter(*sources: object, **metadata: object) -> str:
    cells = [{"cell_type": "code", "outputs": ["x"], "source": source} for source in sources]
    return json.dumps({"cells": cells, "metadata": metadata}, indent=1)


def test_a_jupyter_notebook() -> None:
    text = jupyter(["%sql\n", 'SELECT "é" a,\n', "b FROM t"], "x = 1\ny = 'two'\n", "# nothing")
    sql, python, _ = snippets_of("a.ipynb", text)
    assert (sql.language, python.language) == ("sql", "python")
    assert line_at(sql, text, "SELECT").startswith('SELECT \\"')
    assert line_at(sql, text, "b FROM").startswith("b FROM t")
    assert line_at(python, text, "y = ").startswith("y = 'two'")


def test_the_language_of_a_jupyter_notebook() -> None:
    assert split("a.ipynb", jupyter("x", language_info={"name": "scala"})) == [("other", "x")]
    databricks = {"application/vnd.databricks.v1+notebook": {"language": "sql"}}
    assert split("a.ipynb", jupyter("x", **databricks)) == [("sql", "x")]
    markdown = json.dumps({"cells": [{"cell_type": "markdown", "source": "x"}]})
    for text in (markdown, "[1]", "{", '{"cells": [1, {"cell_type": "code", "source": [1]}]}'):
        assert split("a.ipynb", text) == []


def test_dashboards_and_alerts() -> None:
    data = {"datasets": [{"queryLines": ["SELECT 1\n", "FROM t"]}, {"query": "SELECT 2"}, 3, {}]}
    text = json.dumps(data, indent=2)
    first, second = snippets_of("a.lvdash.json", text)
    assert (first.text, second.text) == ("SELECT 1\nFROM t", "SELECT 2")
    assert line_at(first, text, "FROM").startswith('FROM t"')
    assert split("a.dbalert.json", json.dumps({"query_lines": ["SELECT 3"]})) == [
        ("sql", "SELECT 3")
    ]


@pytest.mark.parametrize(
    ("yaml", "path"),
    [
        ("key: one two", ("key",)),
        ("key: 'one two'", ("key",)),
        ("key: |\n  one\n\n    two\n", ("key",)),
        ("key: |-\n  one\n  two", ("key",)),
        ("key: >\n  one\n  two\n", ("key",)),
        ("key: one\n  two", ("key",)),
        ('key: "one\n  two"', ("key",)),
        ("- a\n- key:   one two # comment", (1, "key")),
        ("key: {x: [1, one two]}", ("key", "x", 1)),
    ],
)
def test_places_in_a_scalar_of_yaml(yaml: str, path: tuple[str | int, ...]) -> None:
    data = parse(yaml, Document("a.yml")).data
    snippet = of_scalar(value_at(data, path), place_at(data, path), yaml.split("\n"))
    assert line_at(snippet, yaml, "one").startswith("one")
    assert line_at(snippet, yaml, "two").startswith("two")
