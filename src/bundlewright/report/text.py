"""Findings as text, a line each, for people and for editors that jump to `file:line:column`."""

import os

from bundlewright.finding import SEVERITIES


def render(report):
    """Write a report as text.

    Args:
        report: a `bundlewright.checking.Report`.

    Returns:
        Lines, the last of them a summary, each with its line end.
    """
    lines = []
    for finding in report.findings:
        lines.append(
            f"{_where(report, finding)}{finding.severity} {finding.code} {finding.message}"
        )
        if finding.targets:
            lines[-1] += f" [{', '.join(finding.targets)}]"
        for place, message in finding.related:
            lines.append(f"  {_spell(report, place)}: {message}")
        if finding.hint:
            lines.append(f"  hint: {finding.hint}")
    lines.append(_summary(report))
    return "\n".join(lines) + "\n"


def _where(report, finding):
    if not finding.line:
        return ""
    return f"{_spell(report, (finding.file, finding.line, finding.column))}: "


def _spell(report, place):
    file, line, column = place
    return f"{os.path.relpath(os.path.join(report.root, file))}:{line}:{column}"


def _summary(report):
    name = report.name or os.path.basename(report.root)
    counts = [(report.count(severity), severity) for severity in SEVERITIES]
    found = ", ".join(_plural(*count) for count in counts if count[0]) or "no findings"
    if not report.targets:
        return f"{name}: {found}; no target was judged"
    targets = "target" if len(report.targets) == 1 else "targets"
    return f"{name}: {found} in {targets} {', '.join(report.targets)}"


def _plural(number, noun):
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
