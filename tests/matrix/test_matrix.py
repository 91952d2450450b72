"""Proves the combinations of all choices: what is rendered checks clean in every target.

Questions are read from `copier.yml`: a new one, or a new choice, is part of the matrix by itself.
docs/combinations.md tells which combinations are rendered, and why these are enough.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import covering
import pytest
import rendering
import sqlglot
import yaml
from covering import Row
from rendering import Renderer, Tree

from bundlewright.checking import check

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# What `databricks.yml` and the resources may name. Tests and CI are left out: no bundle reads them.
BUNDLE = ("databricks.yml", "resources/", "src/", "fixtures/", "dbt/", "jar/", "pyproject.toml")
CODE = ("src/", "tests/", "pyproject.toml")
PIECES = 8  # for pytest-xdist to share out


@pytest.fixture(scope="session")
def rows(renderer: Renderer) -> list[Row]:
    return covering.choose(renderer)


@pytest.mark.parametrize("piece", range(PIECES))
def test_every_bundle_checks_clean(
    piece: int, rows: list[Row], renderer: Renderer, tmp_path: Path
) -> None:
    complaints: list[str] = []
    for row in rows[piece::PIECES]:
        tree = renderer.tree(
            covering.answers_to(renderer, row), lambda path: path.startswith(BUNDLE)
        )
        rendering.write_tree(tmp_path, tree)
        report = check(tmp_path, profile="strict")
        complaints += [f"{row}: {finding}" for finding in report.findings]
        if len(complaints) > 5:
            break
    assert not complaints, "\n".join(complaints)


def test_every_three_choices_are_made_together(rows: list[Row], renderer: Renderer) -> None:
    """Any three choices of any questions, unless one of them is never asked with the others."""
    when = covering.needs(renderer)
    every = covering.all_triples(covering.factors())
    left = {frozenset(triple) for triple in every if covering.together(dict(triple), when)}
    for row in rows:
        left -= covering.triples(covering.values_of(row))
        if not left:
            return
    pytest.fail("\n".join(str(dict(triple)) for triple in left))


def test_every_content_of_a_file_is_in_some_repo(
    contents: set[tuple[str, bytes]], renderer: Renderer
) -> None:
    """Whatever is answered, a file says nothing that is not checked; large files aside."""
    missing = [answers for answers, item in covering.contents(renderer) if item not in contents]
    assert not missing


def test_no_combination_is_refused(renderer: Renderer) -> None:
    """The defaults of the other questions pass their validators, whatever is chosen."""
    for name in renderer.questions:
        for answers, value in renderer.explore(lambda answers, name=name: answers.read(name)):
            assert value is not None, answers.chosen


def test_every_file_is_well_formed(contents: set[tuple[str, bytes]], renderer: Renderer) -> None:
    """Each distinct content of each file parses and has no layout that betrays a template."""
    wrong: set[str] = set()
    environment = renderer.environment
    delimiters = {environment.block_start_string, environment.comment_start_string}
    for path, content in contents:
        text = content.decode()
        try:
            if path.endswith((".yml", ".yaml")):
                yaml.safe_load(text)
            elif path.endswith(".toml"):
                tomllib.loads(text)
            elif path.endswith(".py"):
                ast.parse(text)
            elif path.endswith(".sql") and path.startswith(("src/sql/", "src/monitoring/")):
                sqlglot.parse(text, read="databricks")
        except (yaml.YAMLError, ValueError, SyntaxError, sqlglot.ParseError) as error:
            wrong.add(f"{path}: {error}")
        if not path.endswith(".csv") and text:
            if re.search(r"[ \t]$", text, re.MULTILINE):
                wrong.add(f"{path}: spaces at the end of a line")
            if not text.endswith("\n") or text.endswith("\n\n") or text.startswith("\n"):
                wrong.add(f"{path}: does not begin with text and end with one newline")
            if "\n\n\n" in text and not path.endswith(".py"):
                wrong.add(f"{path}: two blank lines in a row")
            if any(delimiter in text for delimiter in delimiters):
                wrong.add(f"{path}: template syntax")
    assert not wrong, "\n".join(sorted(wrong))


def test_every_resource_is_in_a_file_of_its_name(contents: set[tuple[str, bytes]]) -> None:
    for path, content in contents:
        if path.startswith("resources/"):
            _, kinds, name = path.split("/")
            (kind,) = yaml.safe_load(content)["resources"]
            (key,) = yaml.safe_load(content)["resources"][kind]
            assert (kind, f"{key}.{kind.removesuffix('s')}.yml") == (kinds, name)


def test_all_code_is_linted_and_formatted(contents: set[tuple[str, bytes]], tmp_path: Path) -> None:
    """ruff, as the generated repo configures it, has nothing to say about any of them."""
    layers: list[Tree] = []  # each holds one content of a path
    for path, content in sorted(contents):
        if path.startswith(CODE) and not path.endswith("pyproject.toml"):
            layer = next((layer for layer in layers if path not in layer), None)
            if layer is None:
                layers.append(layer := {})
            layer[path] = content
    # What a notebook has built in stands in the pyproject.toml of repos with notebooks.
    (pyproject, *_) = (
        content for path, content in contents if path == "pyproject.toml" and b"builtins" in content
    )
    for number, layer in enumerate(layers):
        package = {"pyproject.toml": pyproject, "src/sales_pipeline/__init__.py": b""}
        rendering.write_tree(tmp_path / str(number), package | layer)
    for command in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", "--quiet", "."]
        process = subprocess.run(ruff, cwd=tmp_path, capture_output=True, text=True)
        assert process.returncode == 0, process.stdout + process.stderr


@pytest.fixture(scope="session")
def contents(rows: list[Row], renderer: Renderer) -> set[tuple[str, bytes]]:
    """Each content of each file that some combination gives, but for the answers file."""

    def trees() -> Iterator[Tree]:
        for row in rows:
            answers = covering.answers_to(renderer, row)
            yield renderer.tree(answers, lambda path: path != rendering.ANSWERS_FILE)

    return {item for tree in trees() for item in tree.items()}
