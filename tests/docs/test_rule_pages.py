"""The pages of rules are those that `nox -s docs` makes, and what they show is true."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from bundlewright.explaining import files_of, page
from bundlewright.finding import DOCUMENTATION
from bundlewright.rules import load

REPO = Path(__file__).resolve().parents[2]


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
