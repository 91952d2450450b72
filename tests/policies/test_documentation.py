"""The page on policies: its examples fail and pass as it says, and its lists are complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from judging import judge

from bundlewright import policies
from bundlewright.policies import schema, subjects

PAGE = (Path(__file__).parents[2] / "docs/policies.md").read_text()
EXAMPLES = dict(re.findall(r"^## Example: (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def blocks(example: str) -> list[str]:
    """The policies, the failing bundle, what is found in it, and the passing bundle."""
    return re.findall(r"^```\w+\n(.*?)^```$", example, re.MULTILINE | re.DOTALL)[-4:]


@pytest.mark.parametrize("title", EXAMPLES)
def test_examples_find_what_the_page_shows(title: str, tmp_path: Path) -> None:
    rules, failing, found, passing = blocks(EXAMPLES[title])
    assert judge(tmp_path, rules, failing) == found.splitlines()
    assert judge(tmp_path, rules, passing) == []


def test_every_policy_of_an_example_is_broken_in_it() -> None:
    assert len(EXAMPLES) == 3
    for example in EXAMPLES.values():
        rules, _, found, _ = blocks(example)
        codes = re.findall(r"code: (\w+)", rules)
        assert codes
        assert set(codes) == set(re.findall(r"ACME\d+", found))


def test_the_page_names_all_keys_and_keywords() -> None:
    described = set(re.findall(r"`([\w$]+)`", PAGE))
    assert set(policies._KEYS) | set(subjects.NAMED) <= described
    assert set(schema.KEYWORDS) - {"$defs"} <= described
    assert f"`{policies.DEFAULT_FILE}`" in PAGE
