"""Compares the whole repo of each persona, byte for byte, with the tree kept in tests/golden.

`nox -s golden` writes the trees anew; the review of a template change is the diff of these trees.
"""

from __future__ import annotations

import difflib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import rendering
import yaml

PERSONAS = sorted((rendering.ROOT / "tests/personas").glob("*.yml"))
GOLDEN = rendering.ROOT / "tests/golden"


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda path: path.stem)
def test_persona_renders_its_golden_tree(
    persona: Path, template: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    answers = yaml.safe_load(persona.read_text(encoding="utf-8"))
    actual = rendering.read_tree(rendering.render(template, tmp_path / "repo", answers))
    # Where the template lies differs by machine.
    answers_file = actual[rendering.ANSWERS_FILE].decode()
    actual[rendering.ANSWERS_FILE] = answers_file.replace(str(template), "TEMPLATE").encode()

    golden = GOLDEN / persona.stem
    if request.config.getoption("rewrite_golden"):
        shutil.rmtree(golden, ignore_errors=True)
        rendering.write_tree(golden, actual)
    difference = "".join(diff(rendering.read_tree(golden), actual))
    assert not difference, f"{difference}\nIf this is meant: nox -s golden"


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda path: path.stem)
def test_the_schema_of_the_cli_accepts_it(persona: Path) -> None:
    schema = rendering.ROOT.parent / "shared/facts/bundle.schema.json"
    if not schema.is_file():
        pytest.skip("needs the folder `shared` beside the repo, with the CLI's schema")
    golden = GOLDEN / persona.stem
    files = [golden / "databricks.yml", *golden.glob("resources/**/*.yml")]
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", schema, *files]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout


def test_every_golden_tree_has_its_persona() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {path.stem for path in PERSONAS}


# The other schedules and units differ in a word; the matrix has them all.
@pytest.mark.parametrize(
    "question",
    [
        name
        for name, details in rendering.questions().items()
        if "choices" in details and name not in ("schedule", "interval_unit")
    ],
)
def test_every_choice_has_a_persona(question: str) -> None:
    answered: set[Any] = set()
    for path in GOLDEN.glob(f"*/{rendering.ANSWERS_FILE}"):
        answers = yaml.safe_load(path.read_text(encoding="utf-8"))
        if question in answers:
            answer = answers[question]
            answered |= set(answer) if isinstance(answer, list) else {answer}
    assert answered == set(rendering.choices(question))


def diff(expected: rendering.Tree, actual: rendering.Tree) -> list[str]:
    """Returns the unified diff of two trees."""
    lines: list[str] = []
    for path in sorted(expected.keys() | actual.keys()):
        before, after = (
            tree.get(path, b"").decode(errors="backslashreplace").splitlines(keepends=True)
            for tree in (expected, actual)
        )
        if path not in expected or path not in actual or expected[path] != actual[path]:
            lines += difflib.unified_diff(
                before,
                after,
                f"golden/{path}" if path in expected else "/dev/null",
                f"rendered/{path}" if path in actual else "/dev/null",
            )
    return lines
