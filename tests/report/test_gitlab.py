"""The Code Quality report: one array, and a fingerprint a finding."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from reports import REPORTS, MadeUp, finding, several

from bundlewright.report.gitlab import render

pytestmark = pytest.mark.usefixtures("repository")


def test_each_finding_is_an_issue() -> None:
    issues = json.loads(render([several()]))
    assert len({issue.pop("fingerprint") for issue in issues}) == 3
    assert issues == [
        {
            "description": "no place",
            "check_name": "BW000",
            "severity": "info",
            "location": {"path": ".", "lines": {"begin": 1}},
        },
        {
            "description": "unknown field 'typo'",
            "check_name": "BW101",
            "severity": "minor",
            "location": {"path": "databricks.yml", "lines": {"begin": 2}},
        },
        {
            "description": "task 'load' depends on 'extrct', which is no task here [prod]; "
            "did you mean 'extract'?",
            "check_name": "BW301",
            "severity": "major",
            "location": {"path": "resources/etl.yml", "lines": {"begin": 4}},
        },
    ]


def test_several_bundles_are_one_report() -> None:
    bundles = [MadeUp(finding(), finding(), folder=folder) for folder in ("a", "b")]
    issues = json.loads(render([*bundles, MadeUp()]))
    assert [issue["location"]["path"] for issue in issues] == [
        *("a/databricks.yml", "a/databricks.yml"),
        *("b/databricks.yml", "b/databricks.yml"),
    ]
    assert len({issue["fingerprint"] for issue in issues}) == 4


def test_without_findings_it_is_empty() -> None:
    assert json.loads(render([MadeUp(), MadeUp()])) == []


@given(REPORTS)
def test_it_parses_whatever_the_text(reports: list[MadeUp]) -> None:
    issues = json.loads(render(reports))
    assert len(issues) == sum(len(report.findings) for report in reports)
    assert all(issue["location"]["lines"]["begin"] >= 1 for issue in issues)
