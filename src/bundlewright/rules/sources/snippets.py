"""Source files as snippets: pieces in one language that know where they stand.

Sources: https://docs.databricks.com/aws/en/notebooks/notebook-format and
https://docs.databricks.com/aws/en/notebooks/notebooks-code#mix-languages
"""

import json
import os
import re
from bisect import bisect_right
from json.scanner import py_make_scanner

from bundlewright.patterns import Pattern

SQL, PYTHON, OTHER = "sql", "python", "other"
_COMMENTS = {".py": "#", ".r": "#", ".sql": "--", ".scala": "//"}
_LANGUAGES = {".py": PYTHON, ".sql": SQL}
_MAGIC = Pattern(r"\s*%(?P<name>[\w-]+)[ \t]*")
# Magic commands that say in which language a cell is; all others leave it as it is.
_MAGIC_LANGUAGES = {
    **{"sql": SQL, "python": PYTHON},
    **dict.fromkeys(("scala", "r", "md", "md-sandbox", "sh", "fs", "run", "bash", "html"), OTHER),
}


class Snippet:
    """A piece of source in one language.

    Attributes:
        language: `sql`, `python` or `other`.
        text: the source; lines end with a line feed.
        is_cell: whether it is a cell of a notebook.
    """

    __slots__ = ("_file", "_starts", "is_cell", "language", "text")

    def __init__(self, file, language, text, starts, is_cell=False):
        """
        Args:
            file: the name of the file.
            language: the language.
            text: the source.
            starts: (offset in the text, line, column) of pieces that stand in the file as they
                stand in the text, in order; the first one at 0.
            is_cell: whether it is a cell of a notebook.
        """
        self._file = file
        self._starts = starts
        self.language = language
        self.text = text
        self.is_cell = is_cell

    def place(self, offset):
        """The place of what stands at an offset in the text."""
        start, line, column = self._starts[bisect_right(self._starts, (offset, _LAST)) - 1]
        return self._file, line, column + offset - start

    def offset(self, line, column=0):
        """The offset of a line, counted from 1, and a column, counted from 0."""
        return sum(len(one) + 1 for one in self.text.split("\n")[: line - 1]) + column

    def part(self, language, text, offset):
        """A snippet of text that stands at an offset in this one, or at least begins there."""
        ends = [0]
        if self.text.startswith(text, offset):
            ends += [match.end() for match in re.finditer("\n", text)]
        starts = [(end, *self.place(offset + end)[1:]) for end in ends]
        return Snippet(self._file, language, text, starts)


_LAST = float("inf")


def of_lines(file, language, lines, is_cell=False):
    """A snippet of lines, each a (text, line, column) tuple."""
    starts, offset = [], 0
    for text, *place in lines:
        starts.append((offset, *place))
        offset += len(text) + 1
    text = "\n".join(text for text, *_ in lines)
    return Snippet(file, language, text, starts, is_cell)


def of_scalar(text, place, lines, language=OTHER):
    """A snippet of a text in a YAML file, however it is spelled there.

    Args:
        text: the text.
        place: where it begins, as the place of a value tells.
        lines: the lines of the file.
        language: the language of the text.
    """
    file, line, column = place
    starts = [(0, line, column)]
    offset = 0
    for number, raw in enumerate(lines[line - 1 :], line):
        piece = raw[column - 1 :] if number == line else raw
        if number == line and piece[:1] in "|>":
            continue
        margin = len(piece) - len(piece.lstrip(" \t\"'"))
        piece = piece[margin:].rstrip(" \t\"'\r\\")
        found = text.find(piece, offset) if piece else -1
        if found > offset + margin + 2:
            break  # the text goes on otherwise than the file
        if found >= 0:
            starts.append((found, number, margin + (column if number == line else 1)))
            offset = found + len(piece)
        if offset >= len(text.rstrip()):
            break
    return Snippet(file, language, text, starts)


def snippets_of(name, text):
    """Split a source file into snippets.

    Args:
        name: the file's name, as places have it.
        text: its content.

    Returns:
        A list of `Snippet`s: the file as a whole, the cells of a notebook, or the queries of a
        dashboard or an alert. An empty one for what cannot be read.
    """
    text = text.replace("\r\n", "\n")
    extension = os.path.splitext(name)[1].lower()
    if extension == ".ipynb":
        return _of_jupyter(name, text)
    if extension == ".json":
        return _of_queries(name, text)
    comment = _COMMENTS.get(extension)
    if comment is None:
        return []
    language = _LANGUAGES.get(extension, OTHER)
    separator = f"{comment} COMMAND ----------"
    lines = text.split("\n")
    is_notebook = lines[0] == f"{comment} Databricks notebook source"
    if not is_notebook and not (language == SQL and separator in lines):
        return [of_lines(name, language, [(line, n, 1) for n, line in enumerate(lines, 1)])]
    cells = [[]]
    for number, line in enumerate(lines, 1):
        if line.strip() == separator:
            cells.append([])
        else:
            cells[-1].append((line, number, 1))
    return [_cell(name, cell, language, f"{comment} MAGIC") for cell in cells if cell]


def _cell(name, lines, language, marker=None):
    """A cell of a notebook.

    Args:
        name: the name of the file.
        lines: its lines, as (text, line, column) tuples.
        language: the language of the notebook.
        marker: what begins the lines of cells in other languages; None where nothing does.
    """
    if marker and any(text.startswith(marker) for text, _, _ in lines):
        marked = [one for one in lines if one[0].startswith(marker)]
        width = len(marker) + 1
        lines = [(text[width:], line, column + width) for text, line, column in marked]
    first = next((n for n, (text, _, _) in enumerate(lines) if text.strip()), None)
    magic = _MAGIC.match(lines[first][0]) if first is not None else None
    if magic and magic["name"] in _MAGIC_LANGUAGES:
        language = _MAGIC_LANGUAGES[magic["name"]]
        if language != OTHER:
            text, line, column = lines[first]
            lines[first] = (" " * magic.end() + text[magic.end() :], line, column)
    return of_lines(name, language, lines, is_cell=True)


_RUN = Pattern(
    r"\s*%run[ \t]+(?:\"([^\"\n]+)\"|'([^'\n]+)'|([^\s\"'$]+))[ \t]*(?:\$.*)?$", re.MULTILINE
)


def included_by(snippet):
    """What a cell includes with `%run`: the path as written and its place, or (None, None)."""
    match = _RUN.match(snippet.text) if snippet.is_cell else None
    if match is None:
        return None, None
    return match[match.lastindex], snippet.place(match.start(match.lastindex))


class _Placed(str):
    """A string of a JSON file, with the `offset` of its opening quote."""


class _Decoder(json.JSONDecoder):
    """Reads JSON into plain data whose strings are `_Placed`."""

    def __init__(self):
        super().__init__(strict=False)
        scan = self.parse_string

        def parse_string(text, end, strict):
            value, after = scan(text, end, strict)
            placed = _Placed(value)
            placed.offset = end - 1
            return placed, after

        self.parse_string = parse_string
        self.scan_once = py_make_scanner(self)


def _read_json(text):
    try:
        return _Decoder().decode(text)
    except (RecursionError, ValueError):
        return None  # what a notebook is and what is in a dashboard, other rules judge


def _of_jupyter(name, text):
    notebook = _read_json(text)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    language = _language_of(notebook) if isinstance(cells, list) else OTHER
    found = []
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            lines = _lines(text, cell.get("source"))
            if lines:
                found.append(_cell(name, lines, language))
    return found


def _language_of(notebook):
    """The language of a Jupyter notebook."""
    metadata = notebook.get("metadata")
    for path in (
        ("application/vnd.databricks.v1+notebook", "language"),
        ("language_info", "name"),
        ("kernelspec", "language"),
    ):
        value = metadata
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, str):
            return value if value in (SQL, PYTHON) else OTHER
    return PYTHON


def _of_queries(name, text):
    """The queries of a dashboard (`.lvdash.json`) or an alert (`.dbalert.json`)."""
    data = _read_json(text)
    if not isinstance(data, dict):
        return []
    datasets = data.get("datasets")
    found = []
    for holder in (data, *(datasets if isinstance(datasets, list) else ())):
        if isinstance(holder, dict):
            for field in ("queryLines", "query", "query_lines", "query_text"):
                lines = _lines(text, holder.get(field))
                if lines:
                    found.append(of_lines(name, SQL, lines))
                    break
    return found


def _lines(text, source):
    """The lines of a source in JSON, a string or a list of strings, as (text, line, column)."""
    parts = source if isinstance(source, list) else [source]
    lines = [("", 1, 1)]
    fresh = True
    for part in parts:
        if not isinstance(part, _Placed):
            return []
        number = text.count("\n", 0, part.offset) + 1
        column = part.offset - text.rfind("\n", 0, part.offset) + 1
        for index, piece in enumerate(part.split("\n")):
            if index or fresh:
                lines.append(("", number, column))
            before, *place = lines[-1]
            lines[-1] = (before + piece, *place)
            column += len(json.dumps(piece + "\n")) - 2
            fresh = False
        fresh = part.endswith("\n")
        if fresh:
            lines.pop()
    return lines[1:]
