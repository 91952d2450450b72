"""Findings as workflow commands, which GitHub Actions shows beside the lines they are about.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands; the
escapes are those of https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
"""

from bundlewright.finding import ERROR, INFO, WARNING
from bundlewright.report import path_in_repository
from bundlewright.report.text import notes, summary

_COMMANDS = {ERROR: "error", WARNING: "warning", INFO: "notice"}


def render(reports):
    """Write reports as workflow commands.

    Args:
        reports: `bundlewright.checking.Report`s.

    Returns:
        For each report a command a finding, on a line of its own, and a line that sums it up.
    """
    lines = []
    for report in reports:
        lines += [_command(report, finding) for finding in report.findings]
        # The name of a bundle must not be a command.
        lines.append(summary(report).replace("::", ": :").replace("##[", "# #["))
    return "".join(f"{line}\n" for line in lines)


def _command(report, finding):
    properties = []
    if finding.file:
        properties.append(("file", path_in_repository(report, finding.file)))
    if finding.line:
        properties += [("line", finding.line), ("col", finding.column)]
    properties.append(("title", finding.code))
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties)
    return f"::{_COMMANDS[finding.severity]} {listed}::{_data(notes(report, finding))}"


def _data(text):
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text):
    return _data(text).replace(":", "%3A").replace(",", "%2C")
