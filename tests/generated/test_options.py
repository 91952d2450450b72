"""The own tests of generated repos pass for each option alone, and for each pair of options.

Alone, on the defaults, only the tests that an option adds or changes are run. Pairs are those of
options that change what tests depend on; a session of its own runs them: `nox -s generated_pairs`.
"""

from __future__ import annotations

import functools
import os
import random
import tempfile
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import rendering
from rendering import Answers, Renderer, Tree
from repos import run_tests

Given = dict[str, Any]
# What tests depend on.
CODE = ("dbt/", "fixtures/", "jar/", "pyproject.toml", "src/", "tests/")
# Stands for all tests where an option changes their session, but none of them.
ANY_TEST = "tests/test_extract.py"
# The tests that run what is in a folder.
TESTS = {
    "dbt/": "tests/test_dbt.py",
    "jar/": "tests/test_jar.py",
    "src/sql/": "tests/test_sql.py",
    "src/transformations/": "tests/test_declarative_pipeline.py",
    "tests/pipeline/": "tests/test_declarative_pipeline.py",
}
# Choices that change tests only beside two others; the rest of them change no more.
FURTHER = {
    "cluster_size": ["autoscale", "fixed", "single_node"],
    "schedule": ["0 0 2 * * ?", "none"],
}


@functools.cache
def template_renderer() -> Renderer:
    folder = Path(tempfile.mkdtemp()) / "template"
    return Renderer(rendering.copy_template(folder))


def answered(given: Given) -> Answers:
    """Returns the answers of a repo that takes the defaults for all others."""
    renderer = template_renderer()
    plain = {
        name: rendering.Several(value) if isinstance(value, list) else value
        for name, value in given.items()
    }
    answers = Answers(renderer, lambda name, _: answers.recall(renderer.default, name), plain)
    return answers


def code(given: Given) -> Tree:
    """Returns the files of a repo that tests depend on."""
    return template_renderer().tree(answered(given), lambda path: path.startswith(CODE))


def asked(name: str, given: Given) -> bool:
    return bool(answered(given).read(f"asked {name}"))


@functools.cache
def options() -> list[tuple[str, Any]]:
    """Returns each question that lets one choose, with each of its choices."""
    offered = [name for name, details in rendering.questions().items() if "choices" in details]
    return [
        (name, [choice] if rendering.questions()[name].get("multiselect") else choice)
        for name in offered
        for choice in rendering.choices(name)
    ]


def parent(name: str) -> Given | None:
    """Returns answers with which a question applies: the defaults, or one option beside them."""
    return next(
        (
            given
            for given in ({}, *({key: value} for key, value in options()))
            if asked(name, given)
        ),
        None,
    )


@functools.cache
def effective() -> list[tuple[str, Any, Given, list[str]]]:
    """Returns what changes something that tests depend on, each once.

    A question with a choice, the answers that make it alone, and the paths that it changes.
    """
    found = []
    seen = [code({})]
    for name, choice in options():
        base = parent(name)
        if base is None:
            continue
        given = base | {name: choice}
        before, tree = code(base), code(given)
        if tree not in seen:
            seen.append(tree)
            changed = [path for path in tree if tree[path] != before.get(path)]
            found.append((name, choice, given, changed))
    return found


def alone() -> dict[str, tuple[Given, list[str]]]:
    """Returns, by option, the answers and the tests to run."""
    found: dict[str, tuple[Given, list[str]]] = {}
    for name, choice, given, changed in effective():
        tests = {path for path in changed if path.startswith("tests/test_")}
        tests |= {
            test
            for folder, test in TESTS.items()
            if any(path.startswith(folder) for path in changed)
        }
        if not tests and {"pyproject.toml", "tests/conftest.py"} & set(changed):
            tests = {ANY_TEST}
        if tests:
            label = choice[0] if isinstance(choice, list) else choice
            found[f"{name}={label}"] = (given, sorted(tests))
    return found


def facts(given: Given) -> set[tuple[str, Any]]:
    """Returns what is chosen, each workload by itself; questions that are not asked say nothing."""
    chosen = {
        (name, value) for name, value in given.items() if name != "workloads" and asked(name, given)
    }
    return chosen | {
        (f"workloads {each}", each in given["workloads"]) for each in rendering.choices("workloads")
    }


def pairs() -> list[Given]:
    """Returns answers that make every pair of choices that tests can tell apart."""
    chance = random.Random(1)
    names = {name for name, *_ in effective()} - {"workloads"}
    free = {name: rendering.choices(name) for name in sorted(names)} | FURTHER
    workloads = rendering.choices("workloads")

    def candidate() -> Given:
        chosen = [each for each in workloads if chance.random() < 0.4]
        given = {name: chance.choice(choices) for name, choices in free.items()}
        return given | {"workloads": chosen or [chance.choice(workloads)]}

    pool = [
        (given, set(combinations(sorted(facts(given), key=str), 2)))
        for given in (candidate() for _ in range(1500))
    ]
    missing = set().union(*(made for _, made in pool))
    rows = []
    while missing:
        given, made = max(pool, key=lambda each: len(each[1] & missing))
        rows.append(given)
        missing -= made
    return rows


ALONE = alone()
PAIRS = pairs() if "GENERATED_PAIRS" in os.environ else []


@pytest.mark.parametrize("option", ALONE)
def test_an_option_alone_passes_the_tests_that_it_changes(
    template: Path, tmp_path: Path, option: str
) -> None:
    given, tests = ALONE[option]
    repo = rendering.render(template, tmp_path / "repo", given)

    process = run_tests(repo, *tests)

    assert process.returncode == 0, process.stdout


@pytest.mark.parametrize("given", PAIRS, ids=range(len(PAIRS)))
def test_options_in_pairs_pass_all_tests(template: Path, tmp_path: Path, given: Given) -> None:
    repo = rendering.render(template, tmp_path / "repo", given)

    process = run_tests(repo)

    assert process.returncode == 0, f"{given}\n{process.stdout}"
