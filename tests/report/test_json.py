"""JSON: one object a bundle, on a line of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from reports import REPORTS, MadeUp, finding, several

from bundlewright.finding import Fix
from bundlewright.report.json import render

pytestmark = pytest.mark.usefixtures("repository")


def test_a_finding_says_all_it_has(repository: Path) -> None:
    document = json.loads(render([several()]))
    assert document["bundle"] == {"name": "shop", "root": str(repository)}
    assert document["targets"] == ["dev", "prod"]
    assert [finding["code"] for finding in document["findings"]] == ["BW000", "BW101", "BW301"]
    url = document["findings"][2].pop("url")
    assert url == several().findings[2].url
    assert document["findings"][2] == {
        "code": "BW301",
        "severity": "error",
        "message": "task 'load' depends on 'extrct', which is no task here",
        "hint": "did you mean 'extract'?",
        "file": "resources/etl.yml",
        "line": 4,
        "column": 19,
        "path": "resources.jobs.etl.tasks[0].depends_on[0].task_key",
        "targets": ["prod"],
        "related": [
            {"file": "resources/etl.yml", "line": 2, "column": 17, "message": "its tasks"},
        ],
        "fix": "unsafe",
    }


def test_a_fix_is_safe_or_unsafe_or_none() -> None:
    report = MadeUp(finding(fix=Fix(True)), finding(fix=Fix(False)), finding())
    fixes = [finding["fix"] for finding in json.loads(render([report]))["findings"]]
    assert fixes == ["safe", "unsafe", None]


@given(REPORTS)
def test_it_is_a_line_a_bundle_in_any_encoding(reports: list[MadeUp]) -> None:
    text = render(reports)
    assert text.isascii()
    documents = [json.loads(line) for line in text.splitlines()]
    assert [[finding["message"] for finding in document["findings"]] for document in documents] == [
        [finding.message for finding in report.findings] for report in reports
    ]
