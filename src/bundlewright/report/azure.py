"""Findings as logging commands, which Azure Pipelines shows on the summary of a run.

Source: https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands; the escapes are
those of https://github.com/microsoft/azure-pipelines-task-lib/blob/master/node/taskcommand.ts
"""

from bundlewright.finding import INFO
from bundlewright.report import path_in_repository
from bundlewright.report.text import notes, summary


def render(reports):
    """Write reports as logging commands.

    Args:
        reports: `bundlewright.checking.Report`s.

    Returns:
        For each report a line a finding, and one that sums it up. An info is no command: Azure
        Pipelines has none for it.
    """
    lines = []
    for report in reports:
        lines += [_line(report, finding) for finding in report.findings]
        # The name of a bundle must not be a command.
        lines.append(summary(report).replace("##", "# #"))
    return "".join(f"{line}\n" for line in lines)


def _line(report, finding):
    properties = [("type", finding.severity)]
    if finding.file:
        properties.append(("sourcepath", path_in_repository(report, finding.file)))
    if finding.line:
        properties += [("linenumber", finding.line), ("columnnumber", finding.column)]
    properties.append(("code", finding.code))
    listed = "".join(f"{name}={_property(str(value))};" for name, value in properties)
    message = _data(notes(report, finding))
    if finding.severity == INFO:
        return f"{finding.code} {message}".replace("##", "# #")
    return f"##vso[task.logissue {listed}]{message}"


def _data(text):
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text):
    return _data(text).replace("]", "%5D").replace(";", "%3B")
