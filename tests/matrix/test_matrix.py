"""Proves every combination of all choices: what is rendered checks clean in every target.

Questions are read from `copier.yml`: a new one, or a new choice, is part of the matrix by itself.
"""

from __future__ import annotations

import ast
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
import rendering
import yaml
from rendering import Answers, Renderer, Tree

from bundlewright.checking import check

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# What `databricks.yml` and the resources may name. Tests and CI are left out: no bundle reads them.
BUNDLE = ("databricks.yml", "resources/", "src/", "fixtures/", "pyproject.toml")
CODE = ("src/", "tests/", "pyproject.toml")


def bundle_of(answers: Answers) -> Tree:
    return answers.renderer.tree(answers, lambda path: path.startswith(BUNDLE))


# In pieces, for pytest-xdist to share out.
@pytest.mark.parametrize("task_type", rendering.choices("task_type"))
@pytest.mark.parametrize("cloud", rendering.choices("cloud"))
def test_every_bundle_checks_clean(
    cloud: str, task_type: str, renderer: Renderer, tmp_path: Path
) -> None:
    checked: set[frozenset[tuple[str, bytes]]] = set()
    complaints: list[str] = []
    given = {"cloud": cloud, "task_type": task_type}
    for answers, tree in renderer.explore(bundle_of, given):
        if (files := frozenset(tree.items())) in checked:
            continue
        checked.add(files)
        rendering.write_tree(tmp_path, tree)
        report = check(tmp_path, profile="strict")
        complaints += [f"{answers.chosen}: {finding}" for finding in report.findings]
        if len(complaints) > 5:
            break
    assert not complaints, "\n".join(complaints)
    assert checked


def test_the_matrix_holds_every_combination(renderer: Renderer) -> None:
    """Whatever is chosen, the bundle is one of those that the matrix checks."""
    checked = {frozenset(tree.items()) for _, tree in renderer.explore(bundle_of)}
    chance = random.Random(1)
    for _ in range(300):
        answers = Answers(renderer, lambda name, options: chance.choice(options))
        assert frozenset(bundle_of(answers).items()) in checked


def test_no_combination_is_refused(renderer: Renderer) -> None:
    """The defaults of the other questions pass their validators, whatever is chosen."""
    for name in renderer.questions:
        for answers, value in renderer.explore(lambda answers, name=name: answers.read(name)):
            assert value is not None, answers.chosen


def test_every_file_is_well_formed(renderer: Renderer) -> None:
    """Each distinct content of each file parses and has no layout that betrays a template."""
    wrong: set[str] = set()
    environment = renderer.environment
    delimiters = {environment.block_start_string, environment.comment_start_string}
    for path, content in distinct_contents(renderer):
        text = content.decode()
        try:
            if path.endswith((".yml", ".yaml")):
                yaml.safe_load(text)
            elif path.endswith(".toml"):
                tomllib.loads(text)
            elif path.endswith(".py"):
                ast.parse(text)
        except (yaml.YAMLError, ValueError, SyntaxError) as error:
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


def test_all_code_is_linted_and_formatted(renderer: Renderer, tmp_path: Path) -> None:
    """ruff, as the generated repo configures it, has nothing to say about any of them."""

    def code_of(answers: Answers) -> Tree:
        return renderer.tree(answers, lambda path: path.startswith(CODE))

    trees = {frozenset(tree.items()): tree for _, tree in renderer.explore(code_of)}
    for tree in trees.values():
        rendering.write_tree(tmp_path, tree)
        for command in (["check"], ["format", "--check"]):
            ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", "--quiet", "."]
            process = subprocess.run(ruff, cwd=tmp_path, capture_output=True, text=True)
            assert process.returncode == 0, process.stdout + process.stderr


def distinct_contents(renderer: Renderer) -> set[tuple[str, bytes]]:
    """Returns each content of each file that some answers give."""
    everything = Answers(renderer, lambda name, options: options[0])
    paths = {everything.recall(renderer.path, source) for source in renderer.sources}
    contents: set[tuple[str, bytes]] = set()
    for path in paths - {rendering.ANSWERS_FILE}:
        for _, tree in renderer.explore(
            lambda answers, path=path: renderer.tree(answers, lambda other: other == path)
        ):
            contents |= tree.items()
    return contents
