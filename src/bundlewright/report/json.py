"""Findings as JSON, one object a bundle on a line of its own."""

import json

from bundlewright.finding import format_path


def render(report):
    """Write a report as JSON.

    Args:
        report: a `bundlewright.checking.Report`.

    Returns:
        One object with `findings`, `bundle` (its name and root) and `targets`, and a line end.
        Files are relative to the root; a finding's `targets` are those that it holds in, empty when
        it holds in all.
    """
    document = {
        "findings": [_finding(finding) for finding in report.findings],
        "bundle": {"name": report.name, "root": report.root},
        "targets": report.targets,
    }
    return json.dumps(document, ensure_ascii=False) + "\n"


def _finding(finding):
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "path": format_path(finding.path),
        "targets": list(finding.targets),
        "related": [
            {"file": file, "line": line, "column": column, "message": message}
            for (file, line, column), message in finding.related
        ],
    }
