"""Findings as a SARIF log, which code scanning shows.

Sources: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os.html
and, for what GitHub makes of it,
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

import json
import os
from pathlib import Path
from urllib.parse import quote

from bundlewright import __version__
from bundlewright.finding import ERROR, INFO, WARNING
from bundlewright.fingerprint import fingerprints
from bundlewright.report import path_in_repository, sentence
from bundlewright.rules import load

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {ERROR: "error", WARNING: "warning", INFO: "note"}


def render(reports):
    """Write reports as one SARIF log.

    Args:
        reports: `bundlewright.checking.Report`s.

    Returns:
        A JSON object with one run, and a line end. It describes the rules that found something.
    """
    urls = {finding.code: finding.url for report in reports for finding in report.findings}
    codes = sorted(urls)
    known = load()
    driver = {
        "name": "Bundlewright",
        "version": __version__,
        "rules": [_rule(code, urls[code], known.get(code)) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(report, finding, name, codes)
            for report in reports
            for finding, name in fingerprints(report.findings, path_in_repository(report))
        ],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _rule(code, url, rule):
    described = {"id": code} | ({"helpUri": url} if url else {})
    if rule:
        page = rule.documentation
        described["shortDescription"] = {"text": page.partition("\n")[0]}
        described["fullDescription"] = {"text": page.partition("\nFails:")[0].strip()}
        described["help"] = {"text": page}
        described["defaultConfiguration"] = {"level": _LEVELS[rule.severity]}
    return described


def _result(report, finding, name, codes):
    result = {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": _LEVELS[finding.severity],
        "message": {"text": "; ".join(filter(None, (sentence(finding), finding.hint)))},
        # Code scanning refuses a log with a result that has no place: the folder is one, too.
        "locations": [_location(report, finding.file, finding.line, finding.column)],
        "partialFingerprints": {"finding/v1": name},
    }
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": message}, **_location(report, *place)}
            for number, (place, message) in enumerate(finding.related)
        ]
    return result


def _location(report, file, line, column):
    path = path_in_repository(report, file)
    if os.path.isabs(path):
        artifact = {"uri": Path(path).as_uri()}
    else:
        artifact = {"uri": quote(os.fsencode(path)), "uriBaseId": "SRCROOT"}
    location = {"artifactLocation": artifact}
    if line:
        location["region"] = {"startLine": line, "startColumn": column}
    return {"physicalLocation": location}
