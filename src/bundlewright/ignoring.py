"""Comments that keep a finding from being reported.

`# bundlewright: ignore[BW301] reason` holds for the line that it ends, or for the next line where
it has one of its own; and for all that is nested below that line. In SQL it begins with `--`.
"""

import bisect

from yaml import YAMLError

from bundlewright.bundle.document import Parser
from bundlewright.patterns import Pattern

MARK = b"bundlewright:"
_COMMENT = Pattern(r"(?:#|--|//)\s*bundlewright:\s*(\S*?)\s*(?:\[([^\]\n]*)\])?(?:\s|$)")
_CODE = Pattern(r"[A-Z]+[0-9]+")


class Ignore:
    """One comment.

    Attributes:
        place: where it begins.
        codes: the codes that it names.
        fault: why it has no effect, or "".
        first, last: the lines that it holds for.
        used: the codes of which it has kept a finding back.
    """

    def __init__(self, place, codes, fault, first, last):
        self.place = place
        self.codes = codes
        self.fault = fault
        self.first = first
        self.last = last
        self.used = set()

    def holds_for(self, finding):
        named = finding.code in self.codes and not self.fault
        return named and self.first <= finding.line <= self.last


def split_off(findings, sources, may_ignore):
    """Keep back the findings that comments ignore.

    Args:
        findings: `Finding`s.
        sources: (name, lines, content) of the files to look into; content is None for what is not
            YAML.
        may_ignore: tells whether a code can be ignored by a comment.

    Returns:
        The findings to report, and the `Ignore`s.
    """
    by_file = {name: find(name, lines, content) for name, lines, content in sources}
    kept = []
    for finding in findings:
        holding = [one for one in by_file.get(finding.file, ()) if one.holds_for(finding)]
        if not holding or not may_ignore(finding.code):
            kept.append(finding)
        for ignore in holding:
            ignore.used.add(finding.code)
    return kept, [ignore for ignores in by_file.values() for ignore in ignores]


def find(name, lines, content):
    """Find the comments of a file; takes what `split_off` takes as a source."""
    found = []
    texts = None
    for number, line in enumerate(lines, 1):
        match = _COMMENT.search(line) if "bundlewright:" in line else None
        if not match:
            continue
        place = (name, number, match.start() + 1)
        if content is not None:
            texts = _Texts(content) if texts is None else texts
            if place[1:] in texts:
                continue  # it is part of a text
        found.append(_ignore(place, match, lines))
    return found


def _ignore(place, match, lines):
    _, number, column = place
    action, listed = match.groups()
    codes = [code.strip() for code in (listed or "").split(",") if code.strip()]
    fault = ""
    if action != "ignore":
        fault = f"there is no {action!r}, only 'ignore[CODE]'"
    elif not codes:
        fault = "it names no code: write ignore[BW301]"
    elif not all(map(_CODE.fullmatch, codes)):
        fault = f"{', '.join(codes)!r} are no codes"
    first = number
    if not lines[number - 1][: column - 1].strip():
        first = next((n for n in range(number + 1, len(lines) + 1) if _says(lines[n - 1])), number)
    return Ignore(place, codes, fault, first, _end_of_entry(lines, first))


def _says(line):
    """Whether a line holds more than a comment."""
    return line.strip() and not line.lstrip().startswith(("#", "--", "//"))


def _end_of_entry(lines, first):
    """The last line of what begins in a line: all that is indented deeper belongs to it."""
    begin = lines[first - 1]
    indent = len(begin) - len(begin.lstrip())
    of_item = begin.lstrip().startswith("- ")
    last = first
    for number in range(first + 1, len(lines) + 1):
        line = lines[number - 1]
        if not _says(line):
            continue
        deeper = len(line) - len(line.lstrip()) - indent
        # A list may stand at the indentation of its key.
        if deeper < 0 or (deeper == 0 and (of_item or not line.lstrip().startswith("- "))):
            break
        last = number
    return last


class _Texts:
    """The spans of a file's scalars, so that a `#` in a text is told from a comment."""

    def __init__(self, content):
        self._starts, self._ends = [], []
        try:
            parser = Parser(content)
            while (event := parser.get_event()) is not None:
                if hasattr(event, "value"):
                    start, end = event.start_mark, event.end_mark
                    self._starts.append((start.line + 1, start.column + 1))
                    self._ends.append((end.line + 1, end.column + 1))
        except YAMLError:
            pass  # a rule reports it; what stands behind it is not read

    def __contains__(self, position):
        index = bisect.bisect_right(self._starts, position) - 1
        return index >= 0 and position < self._ends[index]
