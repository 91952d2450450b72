"""Python sources: whether they compile, and the literal calls in them.

Source of the magic commands: https://docs.databricks.com/aws/en/notebooks/notebooks-code
"""

import ast
import re
import sys
import warnings

from bundlewright.patterns import Pattern
from bundlewright.rules.sources.snippets import PYTHON, SQL

_MAGIC_LINE = Pattern(r"\s*[%!]|[\w\s,.()\[\]]*=\s*[%!]|[^#'\"]*\?\??\s*$|\s*\?")
_CELL_MAGIC = Pattern(r"\s*%%(\w+)")
_PYTHON_CELL_MAGICS = ("capture", "time", "timeit", "prun", "python", "python3", "pyspark")
# What newer versions of Python than the running one may allow, by what stands in the line.
_NEWER = (
    ((3, 11), Pattern(r"except\s*\*|[\[,:]\s*\*")),
    ((3, 12), Pattern(r"\s*type\s+\w|(def|class)\s+\w+\s*\[|\b[rR]?[fF][rR]?[\"']")),
    ((3, 14), Pattern(r"\b[rR]?[tT][rR]?[\"']")),
    ((3, 15), Pattern(r"\s*lazy\s")),
)


class Code:
    """A Python snippet that was compiled.

    Attributes:
        snippet: the `Snippet`.
        tree: its syntax tree; None where it does not compile.
        fault: why it does not compile, as (offset, message); None where it does or might.
    """

    __slots__ = ("fault", "snippet", "tree")

    def __init__(self, snippet):
        self.snippet = snippet
        self.tree = self.fault = None
        lines = snippet.text.split("\n")
        if snippet.is_cell:
            magic = next((_CELL_MAGIC.match(line) for line in lines if line.strip()), None)
            if magic and magic[1] not in _PYTHON_CELL_MAGICS:
                return
        for _ in range(len(lines)):
            try:
                self.tree = _compiled("\n".join(lines), snippet.is_cell)
            except SyntaxError as error:
                number = min(error.lineno or 1, len(lines))
                line = lines[number - 1]
                if snippet.is_cell and _MAGIC_LINE.match(line):
                    lines[number - 1] = line[: len(line) - len(line.lstrip())] + "pass"
                    continue
                if not _may_be_newer(error, line):
                    column = min(max((error.offset or 1) - 1, 0), len(line))
                    self.fault = (snippet.offset(number, column), error.msg)
            except (MemoryError, RecursionError, ValueError):
                pass  # too deep, or with null bytes: nobody wrote that by hand
            return


def _compiled(text, is_cell):
    """The tree of a source, which compiles; nothing of it is executed."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if is_cell else 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
        compile(tree, "<source>", "exec", flags, dont_inherit=True)
    return tree


def _may_be_newer(error, line):
    """Whether a newer Python than the one that runs may take what this one does not."""
    if "f-string" in error.msg and sys.version_info < (3, 12):
        return True
    if "unpacking cannot be used in comprehension" in error.msg:
        return True
    return any(sys.version_info < version and pattern.search(line) for version, pattern in _NEWER)


def codes_of(snippets):
    """The Python among some snippets, as `Code`s."""
    return [Code(snippet) for snippet in snippets if snippet.language == PYTHON]


def calls_in(code, names):
    """The calls of some functions in Python, with the string that is their first argument.

    Args:
        code: the `Code`.
        names: the dotted names of functions, such as `dbutils.widgets.get`; `*` stands for a Spark
            session.

    Returns:
        (name, string, its offset in the snippet, whether the call is unconditional) tuples in the
        order in which they stand. The string is None where it is no literal.
    """
    found = []
    stack = [(code.tree, True)] if code.tree else []
    while stack:
        node, certain = stack.pop()
        if isinstance(node, ast.Call) and _name_of(node.func) in names:
            value = node.args[0] if node.args else None
            literal = isinstance(value, ast.Constant) and isinstance(value.value, str)
            text, offset = (value.value, _offset_in(code.snippet, value)) if literal else (None, 0)
            found.append((_name_of(node.func), text, offset, certain))
        certain = certain and not isinstance(node, _CONDITIONAL)
        stack += [(child, certain) for child in ast.iter_child_nodes(node)]
    return sorted(found, key=lambda one: one[2])


_CONDITIONAL = (ast.Try, ast.If, ast.IfExp, ast.BoolOp, ast.While, ast.For, ast.Lambda)


def _offset_of(snippet, node):
    line = snippet.text.split("\n")[node.lineno - 1]
    column = len(line.encode()[: node.col_offset].decode(errors="replace"))
    return snippet.offset(node.lineno, column)


def _offset_in(snippet, literal):
    """The offset of what stands between the quotes of a literal string."""
    offset = _offset_of(snippet, literal)
    quote = re.compile(r"\w*(\"\"\"|'''|\"|')").match(snippet.text, offset)
    return quote.end() if quote else offset


def calls_with(code, keyword, other):
    """The offsets of the first of two keywords in the calls in Python that have both."""
    offsets = []
    for node in ast.walk(code.tree) if code.tree else ():
        if isinstance(node, ast.Call):
            keywords = {one.arg: one for one in node.keywords}
            if keyword in keywords and other in keywords:
                offsets.append(_offset_of(code.snippet, keywords[keyword]))
    return sorted(offsets)


def _name_of(node):
    """The dotted name of what is called; a Spark session is called `*`."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        if "spark" in node.attr.lower():
            return ".".join(["*", *reversed(parts[:-1])])
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    parts.append("*" if "spark" in node.id.lower() else node.id)
    return ".".join(reversed(parts))


_TABLES = ("*.table", "*.read.table", "*.readStream.table")


def sql_in(code):
    """The SQL in Python that stands in literal strings.

    Returns:
        (snippet, whether it is no more than the name of a table) pairs: what `spark.sql` runs, and
        what `spark.table` and the like read.
    """
    return [
        (code.snippet.part(SQL, text, offset), name in _TABLES)
        for name, text, offset, _ in calls_in(code, ("*.sql", *_TABLES))
        if text is not None
    ]


_WIDGETS = tuple(
    f"dbutils.widgets.{kind}" for kind in ("text", "dropdown", "combobox", "multiselect")
)


def widgets_in(code):
    """The widgets of a notebook that Python defines and reads.

    Returns:
        The names of those that it defines, None among them where a name is no literal; and those
        that it reads unconditionally, as (name, offset) pairs.
    """
    defined, read = set(), []
    for name, widget, offset, certain in calls_in(code, ("dbutils.widgets.get", *_WIDGETS)):
        if name in _WIDGETS:
            defined.add(widget)
        elif certain and widget is not None:
            read.append((widget, offset))
    return defined, read
