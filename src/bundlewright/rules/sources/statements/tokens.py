"""SQL as tokens, as Databricks splits it.

Source: https://docs.databricks.com/aws/en/sql/language-manual/sql-ref-literals
"""

import re
from collections import namedtuple

from bundlewright.finding import ERROR
from bundlewright.patterns import Pattern

WORD, NAME, STRING, NUMBER, SIGN, HOLE = "word", "name", "string", "number", "sign", "hole"

# `word` is a bare word in upper case, or a sign; "" for what is quoted and for numbers and holes.
Token = namedtuple("Token", "kind text at word")
Fault = namedtuple("Fault", "at message hint severity", defaults=("", ERROR))

# A hole is what is filled in before the SQL is read: `{{x}}`, `${x}`, `$x`, `{x}`.
_TOKEN = Pattern(
    r"""
    (?P<gap>\s+|--(?:\\\r?\n|[^\n])*)
    |(?P<comment>/\*)
    |(?P<string>[rR]'[^']*'|[rR]"[^"]*"
        |'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
    |(?P<name>`(?:[^`]|``)*`)
    |(?P<hole>\{\{[^{}]*\}\}|\$\{[^{}]*\}|\$\w+|\{[^{}]*\})
    |(?P<number>\d+\.\d*(?:[eE][-+]?\d+)?\w*|\.\d+\w*|\d+[eE][-+]\d+\w*|\d+[a-zA-Z]{0,2}\b)
    |(?P<word>\w+)
    |(?P<sign><=>|\|>|\|\||=>|->|::|[<>!=]=|<>|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_PART = Pattern(r"/\*|\*/")
_QUOTES = {"'": "string", '"': "string", "`": "quoted name"}


def tokens_of(text):
    """Split SQL into tokens.

    Args:
        text: the SQL.

    Returns:
        The list of `Token`s, and the `Fault` of a quote or comment that never ends, or None.
    """
    tokens = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        kind, found, end = match.lastgroup, match.group(), match.end()
        if kind == "comment":
            end = _end_of_comment(text, at)
            if end is None:
                return tokens, Fault(at, "this comment never ends", "close it with */")
        elif kind == SIGN and found in _QUOTES:
            hint = "it may also be an earlier quote that lacks its partner"
            return tokens, Fault(at, f"this {_QUOTES[found]} never ends", hint)
        elif kind != "gap":
            word = found.upper() if kind == WORD else found if kind == SIGN else ""
            tokens.append(Token(STRING if kind == "tag" else kind, found, at, word))
        at = end
    return tokens, None


def _end_of_comment(text, at):
    """Where the comment ends that begins at an offset; comments nest. None if it does not end."""
    depth = 0
    for part in _COMMENT_PART.finditer(text, at):
        depth += 1 if part.group() == "/*" else -1
        if not depth:
            return part.end()
    return None


def statements_of(tokens):
    """The statements of a text, each a list of tokens, without the semicolons; none is empty."""
    statement = []
    for token in tokens:
        if token.word != ";":
            statement.append(token)
        elif statement:
            yield statement
            statement = []
    if statement:
        yield statement


def outside_brackets(tokens):
    """The tokens of a statement that stand in no brackets, with the outermost brackets."""
    depth = 0
    outside = []
    for token in tokens:
        if token.word in (")", "]"):
            depth -= 1
        if not depth:
            outside.append(token)
        if token.word in ("(", "["):
            depth += 1
    return outside


def has_hole(tokens):
    """Whether something is filled in later."""
    return any(token.kind == HOLE for token in tokens)
