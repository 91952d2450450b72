"""Whatever is answered, Spark reads no path of the workspace: only Python's file calls may.

https://docs.databricks.com/files/workspace#limitations. Values are followed from the bundle, as
each target resolves it, into the parameters of tasks and pipelines, and on through the code.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import covering
import pytest
import rendering
from rendering import Answers, Renderer, Several, Tree

from bundlewright.bundle.model import Bundle
from bundlewright.bundle.target import Target

BUNDLE = ("databricks.yml", "resources/", "src/")
NOT_READABLE = re.compile(
    r"(?i)\$\{workspace\.\w*path\}|(?:^|[\s'\"`(=,])(?:file:|/?(?:Workspace|Repos|Users)/|dbfs:|/dbfs/)"
)
# Fields that name code, which Databricks loads itself.
CODE = (
    "notebook_path",
    "python_file",
    "path",
    "project_directory",
    "whl",
    "jar",
    "root_path",
    "include",
    "dependencies",
    "java_dependencies",
    "requirements",
)
# Methods of readers, writers and sessions that take a path or a statement.
READERS = {
    "csv",
    "json",
    "text",
    "parquet",
    "orc",
    "xml",
    "load",
    "format",
    "option",
    "options",
    "table",
    "sql",
    "read_files",
    "save",
    "saveAsTable",
    "start",
    "toTable",
}
PIECES = 4


def answer_sets(renderer: Renderer) -> list[dict[str, Any]]:
    """Returns the personas' answers, and 200 sets at random."""
    sets = list(rendering.personas().values())
    for persona in sets:  # the renderer knows which files a repo has under the default name only
        for name in ("project_name", "package_name"):
            persona.pop(name, None)
    chance = random.Random(11)
    for _ in range(200):
        drawn: dict[str, Any] = {}
        for name, options in covering.factors().items():
            question, _, choice = name.partition(" ")
            value = chance.choice(options)
            if choice:
                drawn.setdefault(question, Several())
                if value:
                    drawn[question].append(choice)
            else:
                drawn[name] = value
        drawn["workloads"] = drawn["workloads"] or Several(["python"])
        sets.append(covering.asked(renderer, drawn))
    return sets


def rendered(renderer: Renderer, given: dict[str, Any]) -> Tree:
    """Returns the bundle of a repo for some answers, with the defaults of all other questions."""
    several = {name: Several(each) for name, each in given.items() if isinstance(each, list)}
    answers: Answers = Answers(
        renderer, lambda name, options: answers.recall(renderer.default, name), given | several
    )
    return renderer.tree(answers, lambda path: path.startswith(BUNDLE))


@pytest.mark.parametrize("piece", range(PIECES))
def test_no_workspace_path_reaches_spark(piece: int, renderer: Renderer, tmp_path: Path) -> None:
    for answers in answer_sets(renderer)[piece::PIECES]:
        tree = rendered(renderer, answers)
        rendering.write_tree(tmp_path, tree)
        bundle = Bundle(tmp_path)
        for name, declared in bundle.declared_targets().items():
            found = set(handed_over(Target(bundle, name, {})))
            in_dev = declared["mode"] == "development"
            assert found == ({("copy_samples", "samples")} if in_dev else set()), (answers, name)
        readers = read_by_spark(tree)
        # An experiment is in the workspace, and MLflow's: jobs get its name by a reference.
        assert not readers & {"samples", "volume", "experiment"}, answers
        assert "source" in readers or "etl/extract.py" not in " ".join(tree), answers
        assert not list(written_in_code(tree)), answers


def handed_over(target: Target) -> Iterator[tuple[str, str]]:
    """Yields who is given a path that Spark cannot read, and under which name."""
    variables = {
        name: str(definition.get("default"))
        for name, definition in target.merged["variables"].items()
    }
    for kind in ("jobs", "pipelines"):
        for key in target.keys(kind):
            resource = target.resource(kind, key).config
            for task in resource.get("tasks") or []:
                yield from ((task["task_key"], name) for name in named(task, variables))
            rest = {field: value for field, value in resource.items() if field != "tasks"}
            yield from ((key, name) for name in named(rest, variables))


def named(value: Any, variables: dict[str, str], name: str = "") -> Iterator[str]:
    """Yields the names of values that hold such a path, but for code.

    The checker leaves a variable alone whose value the CLI alone knows, as a workspace's path is.
    """
    if isinstance(value, dict):
        own = str(value["name"]) if "default" in value else ""
        for field, inner in value.items():
            if field not in CODE:
                yield from named(inner, variables, own or field)
    elif isinstance(value, list):
        for before, inner in zip(["", *value], value, strict=False):
            option = before.removeprefix("--") if isinstance(before, str) else ""
            yield from named(inner, variables, option or name)
    elif isinstance(value, str):
        while found := re.search(r"\$\{var\.(\w+)\}", value):
            value = value.replace(found[0], variables[found[1]])
        if NOT_READABLE.search(value):
            yield name


def read_by_spark(tree: Tree) -> set[str]:
    """Returns the parameters of functions whose value reaches a reader or a statement."""
    found: set[str] = set()
    for path, content in tree.items():
        if path.endswith(".py"):
            for node in ast.walk(ast.parse(content)):
                if isinstance(node, ast.FunctionDef):
                    found |= reaching(node)
    return found


def reaching(function: ast.FunctionDef) -> set[str]:
    """Returns the parameters of a function that reach a reader in it, through its variables."""
    arguments = [each.arg for each in function.args.args]
    comes_from = {name: {name} for name in arguments}
    for _ in range(3):  # what is assigned may be assigned on
        for node in ast.walk(function):
            if isinstance(node, (ast.Assign, ast.For, ast.NamedExpr)):
                value = node.iter if isinstance(node, ast.For) else node.value
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                origins = set().union(*(comes_from.get(name, set()) for name in names(value)))
                for name in (name for target in targets for name in names(target)):
                    comes_from[name] = comes_from.get(name, set()) | origins
    reach: set[str] = set()
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in READERS:
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            for name in (name for value in given for name in names(value)):
                reach |= comes_from.get(name, set())
    return reach


def names(node: ast.AST) -> list[str]:
    return [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]


def written_in_code(tree: Tree) -> Iterator[str]:
    """Yields the files whose code spells such a path: texts but docstrings, SQL but comments."""
    for path, content in tree.items():
        if path.endswith(".py"):
            module = ast.parse(content)
            texts = [each for each in ast.walk(module) if isinstance(each, ast.Constant)]
            docs = {id(each.value) for each in ast.walk(module) if isinstance(each, ast.Expr)}
            spelled = [each.value for each in texts if id(each) not in docs]
        elif path.endswith(".sql"):
            spelled = [re.sub(r"--.*", "", content.decode())]
        else:
            continue
        if any(isinstance(text, str) and NOT_READABLE.search(text) for text in spelled):
            yield path


@pytest.mark.parametrize(
    ("code", "reaches"),
    [
        ("def f(spark, samples): spark.read.csv(samples)", {"samples"}),
        (
            "def f(spark, samples):\n files = f'{samples}/x'\n spark.read.load(path=files)",
            {"samples"},
        ),
        ("def f(spark, samples): spark.sql(f'SELECT * FROM csv.`{samples}`')", {"samples"}),
        (
            "def f(spark, samples):\n for x in [samples]:\n  spark.readStream.option('path', x)",
            {"samples"},
        ),
        ("def f(spark, samples): open(samples)", set()),
    ],
)
def test_a_value_is_followed_to_its_reader(code: str, reaches: set[str]) -> None:
    assert read_by_spark({"src/f.py": code.encode()}) == reaches


@pytest.mark.parametrize(
    "value",
    [
        "${workspace.file_path}/x",
        "${workspace.root_path}",
        "/Workspace/x",
        "file:/x",
        "dbfs:/x",
        "SELECT * FROM csv.`/Workspace/x`",
    ],
)
def test_a_path_is_known_in_any_spelling(value: str) -> None:
    assert NOT_READABLE.search(value)
    for given in (value, "${var.source}"):
        for parameters in (
            {"base_parameters": {"source": given}},
            {"parameters": ["--source", given]},
            {"parameters": [{"name": "source", "default": given}]},
        ):
            assert list(named(parameters, {"source": value})) == ["source"]
