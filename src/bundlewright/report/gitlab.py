"""Findings as a Code Quality report, which GitLab shows in merge requests.

Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

import json

from bundlewright.finding import ERROR, INFO, WARNING
from bundlewright.fingerprint import fingerprints
from bundlewright.report import path_in_repository, sentence

_SEVERITIES = {ERROR: "major", WARNING: "minor", INFO: "info"}


def render(reports):
    """Write reports as one Code Quality report.

    Args:
        reports: `bundlewright.checking.Report`s.

    Returns:
        A JSON array with an object for each finding, and a line end.
    """
    issues = [
        _issue(report, finding, name)
        for report in reports
        for finding, name in fingerprints(report.findings, path_in_repository(report))
    ]
    return json.dumps(issues) + "\n"


def _issue(report, finding, name):
    return {
        "description": "; ".join(filter(None, (sentence(finding), finding.hint))),
        "check_name": finding.code,
        "fingerprint": name,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": path_in_repository(report, finding.file),
            "lines": {"begin": max(finding.line, 1)},
        },
    }
