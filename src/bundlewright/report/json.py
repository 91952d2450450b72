"""Findings as JSON, one object a bundle on a line of its own."""

import json

from bundlewright.finding import format_path


def render(reports):
    """Write reports as JSON.

    Args:
        reports: `bundlewright.checking.Report`s.

    Returns:
        For each a line with one object: `findings`, `bundle` (its name and root) and `targets`.
        Files are relative to the root; a finding's `targets` are those that it holds in, empty when
        it holds in all; its `fix` is `safe`, `unsafe` or null.
    """
    return "".join(json.dumps(_bundle(report)) + "\n" for report in reports)


def _bundle(report):
    return {
        "findings": [_finding(finding) for finding in report.findings],
        "bundle": {"name": report.name, "root": report.root},
        "targets": report.targets,
    }


def _finding(finding):
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "url": finding.url,
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "path": format_path(finding.path),
        "targets": list(finding.targets),
        "related": [
            {"file": file, "line": line, "column": column, "message": message}
            for (file, line, column), message in finding.related
        ],
        "fix": finding.fix and ("safe" if finding.fix.safe else "unsafe"),
    }
