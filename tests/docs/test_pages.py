"""The pages that `nox -s docs` makes are up to date, and what they show is true."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
import rendering

from bundlewright.explaining import files_of, page
from bundlewright.finding import DOCUMENTATION
from bundlewright.rules import load

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_docs", REPO / "docs" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_in_the_repo_are_up_to_date(build: ModuleType) -> None:
    there = {
        path.name: path.read_text(encoding="utf-8") for path in (REPO / "docs/rules").iterdir()
    }
    assert there == build.pages(), "run: nox -s docs"


@pytest.mark.parametrize("code", load())
def test_a_page_shows_the_examples_that_the_tests_run(code: str) -> None:
    text = page(load()[code])
    for heading in ("Fails", "Passes"):
        example = load()[code].documentation.partition(f"\n{heading}:\n")[2]
        example = re.split(r"^\S", example, maxsplit=1, flags=re.MULTILINE)[0]
        for name, content in files_of(example):
            assert f"`{name}`\n" in text
            assert f"\n{content.strip()}\n" in text


def test_findings_lead_to_the_pages() -> None:
    assert DOCUMENTATION.endswith("/docs/rules/")


def test_every_family_has_a_heading(build: ModuleType) -> None:
    assert {code[2] for code in load()} <= set(build.FAMILIES)


def test_the_page_in_the_repo_is_up_to_date(build: ModuleType) -> None:
    page = (REPO / "docs/questions.md").read_text(encoding="utf-8")
    assert page == build.questions(), "run: nox -s docs"


def test_it_tells_of_every_question_and_choice(build: ModuleType) -> None:
    page = build.questions()
    for name, details in rendering.questions().items():
        asked = details.get("when") is not False
        assert (f"### `{name}`\n" in page) == asked
        if asked:
            section = page.partition(f"### `{name}`\n")[2].partition("\n### ")[0]
            offered = rendering.choices(name) if "choices" in details else []
            for choice in offered:
                assert (
                    f"- `{str(choice).lower() if isinstance(choice, bool) else choice}`: "
                    in section
                )
    assert "[[" not in page
