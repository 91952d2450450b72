"""Every rule's own examples: the failing one fails by that rule, the passing one does not."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from bundles import write_bundle

from bundlewright.checking import check
from bundlewright.finding import SEVERITIES
from bundlewright.rules import Rule, load
from bundlewright.rules.build import INDEX, index

RULES = load()


def example(rule: Rule, heading: str) -> str:
    found = re.search(rf"^{heading}:\n((?: .*\n?)+)", rule.documentation, re.MULTILINE)
    assert found, f"{rule.code} has no example under '{heading}:'"
    return textwrap.dedent(found.group(1))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_failing_example_fails_at_a_place(rule: Rule, tmp_path: Path) -> None:
    report = check(write_bundle(tmp_path, example(rule, "Fails")), profile="strict")
    found = [finding for finding in report.findings if finding.code == rule.code]
    assert found, report.findings
    for finding in found:
        assert (tmp_path / finding.file).is_file()
        assert finding.line >= 1
        assert finding.severity == rule.severity


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_passing_example_passes(rule: Rule, tmp_path: Path) -> None:
    report = check(write_bundle(tmp_path, example(rule, "Passes")), profile="strict")
    assert [finding for finding in report.findings if finding.code == rule.code] == []


def test_the_index_is_up_to_date() -> None:
    assert INDEX.read_text(encoding="utf-8") == index(), "run: nox -s docs"


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_is_a_page(rule: Rule) -> None:
    assert re.fullmatch(r"BW\d{3}", rule.code)
    title = rule.documentation.splitlines()[0]
    assert title.endswith(".")
    assert rule.severity in SEVERITIES
    assert rule.cli in (*SEVERITIES, None)
    family = rule.check.__module__.split(".")[2]
    families = "reading schema references tasks compute schedules files targets sources".split()
    assert families[int(rule.code[2])] == family
