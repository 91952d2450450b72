"""Findings as text for people: a line that editors jump from, and the source line it is about."""

import functools
import os
import re

from bundlewright.finding import ERROR, INFO, SEVERITIES, WARNING
from bundlewright.report import path_in_repository, sentence

# SGR parameters, https://en.wikipedia.org/wiki/ANSI_escape_code#Select_Graphic_Rendition_parameters
_STYLES = {ERROR: "1;31", WARNING: "1;33", INFO: "1;36"}
_BOLD, _MARGIN = "1", "34"

# How much of a source line is shown, in characters.
_WIDTH = 120

# What would steer a terminal or turn the order of what it shows; a tab only moves on.
_CONTROLS = re.compile(
    "[\0-\x08\n-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)


def render(reports, colour=False):
    """Write reports as text.

    Args:
        reports: `bundlewright.checking.Report`s.
        colour: whether to colour it, with escape sequences for terminals.

    Returns:
        For each report its findings, set apart by empty lines, and a line that sums it up.
    """
    paint = _paint if colour else _leave
    lines = []
    for report in reports:
        secret = {(one.file, one.line) for one in report.findings if one.is_secret}
        source = functools.cache(report.source)
        for finding in report.findings:
            if lines:
                lines.append("")
            shown = [] if (finding.file, finding.line) in secret else source(finding.file)
            lines += _block(report, finding, shown, paint)
        if report.findings:
            lines.append("")
        lines.append(summary(report))
    return "".join(f"{line}\n" for line in lines)


def wants_colour(stream, environ):
    """Whether text for a stream is to be coloured (https://no-color.org, https://force-color.org).

    Args:
        stream: an open text file.
        environ: the environment's variables.
    """
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return environ.get("TERM") != "dumb" and stream.isatty()


def visible(text):
    """Text with its control characters spelled out, so that a terminal shows them."""
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def notes(report, finding):
    """What is wrong, the places that belong to it, and what to do: a line each, without colour."""
    lines = [sentence(finding)]
    for (file, line, column), message in finding.related:
        lines.append(f"{message}: {path_in_repository(report, file)}:{line}:{column}")
    if finding.hint:
        lines.append(f"hint: {finding.hint}")
    return "\n".join(map(visible, lines))


def summary(report):
    """How much was found in a bundle, where, and how much of it can be fixed, in one line."""
    name = report.name or os.path.basename(report.root)
    counts = [(report.count(severity), severity) for severity in SEVERITIES]
    found = ", ".join(_plural(*count) for count in counts if count[0]) or "no findings"
    if report.targets:
        targets = "target" if len(report.targets) == 1 else "targets"
        found += f" in {targets} {', '.join(report.targets)}"
    else:
        found += "; no target was judged"
    return visible(f"{name}: {found}{_known(report)}{_fixes(report)}")


def _plural(number, noun):
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _known(report):
    known = f"; {report.known} known from the baseline" if report.known else ""
    return known + (f"; {report.outdated} of the baseline are no more" if report.outdated else "")


def _fixes(report):
    safe = [finding.fix.safe for finding in report.findings if finding.fix]
    with_fix, with_unsafe = safe.count(True), safe.count(False)
    if with_fix and with_unsafe:
        return f"; {with_fix} can be fixed with --fix, {with_unsafe} more with --unsafe-fixes"
    if safe:
        return f"; {len(safe)} can be fixed with {'--fix' if with_fix else '--unsafe-fixes'}"
    return ""


def _paint(text, style):
    return f"\x1b[{style}m{text}\x1b[0m"


def _leave(text, style):
    return text


def _block(report, finding, source_lines, paint):
    """The lines of a finding: where and what, the source line, other places, and what to do."""
    style = _STYLES[finding.severity]
    head = f"{paint(f'{finding.severity} {finding.code}', style)} {visible(sentence(finding))}"
    if finding.file:
        place = _spell(report, (finding.file, finding.line, finding.column))
        head = f"{paint(f'{place}:', _BOLD)} {head}"
    lines = [head]
    number = str(finding.line)
    margin = " " * len(number)
    if 0 < finding.line <= len(source_lines):
        line, carets = _excerpt(source_lines[finding.line - 1], finding.column - 1)
        lines.append(paint(f"{margin} |", _MARGIN))
        lines.append(f"{paint(f'{number} |', _MARGIN)} {line}")
        lines.append(f"{paint(f'{margin} |', _MARGIN)} {paint(carets, style)}")
    notes = [f"{message}: {_spell(report, place)}" for place, message in finding.related]
    if finding.hint:
        notes.append(f"hint: {finding.hint}")
    lines += [f"{paint(f'{margin} =', _MARGIN)} {visible(note)}" for note in notes]
    return lines


def _spell(report, place):
    file, line, column = place
    path = visible(os.path.relpath(os.path.join(report.root, file)))
    return f"{path}:{line}:{column}" if line else path


def _excerpt(line, index):
    """A source line, cut where it is long, and a line that underlines what begins at an index."""
    start = max(0, min(index - _WIDTH // 2, len(line) - _WIDTH))
    shown = line[start : start + _WIDTH]
    begin = index - start
    end = _end_of_token(shown, begin)
    before = ("..." if start else "") + visible(shown[:begin])
    token = visible(shown[begin:end])
    after = visible(shown[end:]) + ("..." if start + _WIDTH < len(line) else "")
    space = "".join("\t" if character == "\t" else " " * _cells(character) for character in before)
    return before + token + after, space + "^" * max(_cells(token), 1)


_QUOTED = r"'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\""


def _end_of_token(line, begin):
    """Where the key, the value or the sign ends that begins at an index of a line of YAML."""
    found = re.compile(rf"{_QUOTED}|[\[{{][^\[\]{{}}]*[\]}}]|[\[\]{{}}]|[-?](?=\s|$)|#.*").match(
        line, begin
    )
    if found:
        return found.end()
    before = re.sub(_QUOTED, "", line[:begin])
    in_flow = sum(map(before.count, "[{")) > sum(map(before.count, "]}"))
    stop = re.compile(r":(?=\s|$)|\s#|$" + (r"|[\[\]{},]" if in_flow else ""))
    return begin + len(line[begin : stop.search(line, begin).start()].rstrip())


def _cells(text):
    """How many columns text takes in a terminal."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width  # only few bundles need it

    return sum(
        0 if category(one) in ("Mn", "Me", "Cf") else 2 if east_asian_width(one) in "WF" else 1
        for one in text
    )
