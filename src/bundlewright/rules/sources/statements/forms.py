"""What a statement needs by its kind, and what stands side by side in none."""

from itertools import pairwise

from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import did_you_mean, nearest
from bundlewright.rules.sources.statements.tokens import (
    HOLE,
    NAME,
    SIGN,
    WORD,
    Fault,
    has_hole,
    outside_brackets,
)

QUERY_STARTS = ("SELECT", "VALUES", "WITH", "TABLE", "FROM", "MAP", "REDUCE")
_OPENING = {")": "(", "]": "["}


def bracket_fault(tokens):
    """A bracket without its partner."""
    opened = []
    for token in tokens:
        if token.word in ("(", "["):
            opened.append(token)
        elif token.word in _OPENING:
            if not opened or opened[-1].word != _OPENING[token.word]:
                return Fault(token.at, f"this {token.word!r} closes nothing")
            opened.pop()
    return Fault(opened[-1].at, f"this {opened[-1].word!r} is never closed") if opened else None


def is_script(tokens):
    """Whether a statement opens a script, such as BEGIN or CREATE PROCEDURE ... AS BEGIN."""
    first = tokens[0].word
    second = tokens[1].word if len(tokens) > 1 else ""
    if first in ("IF", "WHILE", "FOR", "LOOP", "REPEAT", "CASE") or second == ":":
        return True
    if first == "BEGIN":
        return second not in ("TRANSACTION", "WORK")
    return first == "CREATE" and any(token.word == "BEGIN" for token in tokens)


_STARTS = frozenset(
    """
    ABORT ADD ALTER ANALYZE APPLY AUTO BEGIN CACHE CALL CLEAR COMMENT COMMIT CONVERT COPY CREATE
    DECLARE DELETE DENY DESC DESCRIBE DFS DROP END EXECUTE EXPLAIN EXPORT FROM FSCK GENERATE GET
    GRANT IMPORT INSERT LIST LOAD LOCK MAP MERGE MSCK OPTIMIZE PUT REDUCE REFRESH REMOVE REORG
    REPAIR REPLACE RESET RESTORE REVOKE ROLLBACK SELECT SET SHOW SIGNAL START SYNC TABLE TRUNCATE
    UNCACHE UNDROP UNLOCK UNSET UPDATE USE VACUUM VALUES WITH
    """.split()
)


def first_word_fault(tokens):
    """A first word with which no statement starts; an unheard-of one may be newer than we are."""
    first = tokens[0]
    message = f"no SQL statement starts with {first.text!r}"
    if first.kind == SIGN and first.word in ",*.=+-/<>":
        return Fault(first.at, message)
    if first.kind != WORD or first.word in _STARTS:
        return None
    hint = did_you_mean(first.text, _STARTS, 0.74)
    return Fault(first.at, message, hint, ERROR if hint else WARNING)


def adjacent_fault(tokens):
    """Tokens that cannot stand side by side in any statement."""
    for token, after in pairwise([*tokens, None]):
        word, following = token.word, after.word if after else None
        if word == "," and following in (",", ")", "]", None):
            return Fault(token.at, "nothing follows this comma", "remove it")
        if word == "(" and following == ",":
            return Fault(after.at, "nothing stands before this comma", "remove it")
        if word == "AS" and following in (",", ")", "AS", None):
            return Fault(token.at, "nothing follows this AS", severity=WARNING)
        if (word == "." and following in (".", ",", ")")) or (word == "," and following == "."):
            return Fault(token.at, "a part of this name is missing")
    return None


# What may follow the first word.
_SECOND = {
    "APPLY": ("CHANGES",),
    "CLEAR": ("CACHE",),
    "COMMENT": ("ON",),
    "CONVERT": ("TO",),
    "COPY": ("INTO",),
    "DELETE": ("FROM",),
    "EXECUTE": ("IMMEDIATE",),
    "INSERT": ("INTO", "OVERWRITE", "WITH"),
    "LOAD": ("DATA",),
    "MERGE": ("INTO", "WITH"),
    "MSCK": ("REPAIR",),
    "REORG": ("TABLE",),
    "TRUNCATE": ("TABLE",),
}
# What must stand somewhere outside of brackets.
_NEEDED = {
    "COPY": ("FROM", "FILEFORMAT"),
    "DENY": ("TO",),
    "GRANT": ("TO",),
    "MERGE": ("USING", "ON", "WHEN"),
    "RESTORE": ("TO",),
    "REVOKE": ("FROM",),
    "UPDATE": ("SET",),
}


def form_fault(tokens):
    """What a statement lacks that its kind needs."""
    first = tokens[0].word
    second = tokens[1] if len(tokens) > 1 else tokens[0]
    if first in _SECOND and second.kind != HOLE and second.word not in _SECOND[first]:
        return Fault(second.at, f"{first} must be followed by {' or '.join(_SECOND[first])}")
    outside = outside_brackets(tokens)
    words = [token.word for token in outside]
    for needed in _NEEDED.get(first, ()):
        if needed not in words and not has_hole(tokens):
            hint = _misspelt(needed, outside[1:])
            return Fault(tokens[0].at, f"this {first} has no {needed}", hint)
    if first in ("CREATE", "DROP", "ALTER"):
        return _object_fault(tokens, outside)
    if has_hole(tokens):
        return None
    if first == "INSERT":
        return _insert_fault(tokens, outside)
    if first == "MERGE":
        return _merge_fault(tokens)
    if first == "UPDATE":
        end = words.index("WHERE") if "WHERE" in words else len(words)
        if "=" not in words[words.index("SET") : end]:
            return Fault(tokens[0].at, "this UPDATE sets no column", "write SET column = value")
    return None


def _misspelt(needed, tokens):
    """A hint to the token that was probably meant to be a word that is needed."""
    for token in tokens:
        if token.kind == WORD and nearest(token.text, (needed,), 0.7):
            return f"did you mean {needed} by {token.text!r}?"
    return ""


_MODIFIERS = frozenset(
    """
    BLOOMFILTER CLEAN EXTERNAL FOREIGN GLOBAL INCREMENTAL LIVE MANAGED MATERIALIZED OR PRIVATE
    REFRESH REPLACE SERVICE STORAGE STREAMING TEMP TEMPORARY
    """.split()
)
_OBJECTS = frozenset(
    """
    CATALOG CONNECTION CREDENTIAL DATABASE FLOW FUNCTION GROUP INDEX LOCATION MACRO METADATA
    METRIC MODEL NAMESPACE POLICY PROCEDURE PROVIDER RECIPIENT ROLE ROOM SCHEMA SECRET SEQUENCE
    SERVER SHARE SINK TABLE TAG USER VARIABLE VIEW VOLUME WIDGET
    """.split()
)


# What there is in Databricks, but not in its SQL.
_RESOURCE = "it is a resource of the bundle: resources.{}"
NO_SUCH_OBJECTS = {
    "ALERT": _RESOURCE.format("alerts"),
    "CLUSTER": _RESOURCE.format("clusters"),
    "DASHBOARD": _RESOURCE.format("dashboards"),
    "DYNAMIC": "write CREATE MATERIALIZED VIEW or CREATE STREAMING TABLE",
    "EXPERIMENT": _RESOURCE.format("experiments"),
    "JOB": _RESOURCE.format("jobs"),
    "NOTEBOOK": "it is a file that a job runs",
    "PIPELINE": _RESOURCE.format("pipelines"),
    "QUERY": "write CREATE VIEW, or run the query in a sql_task",
    "STAGE": "write CREATE VOLUME",
    "STREAM": "write CREATE STREAMING TABLE",
    "TASK": "it belongs to a job of the bundle: resources.jobs",
    "TRIGGER": "a job of the bundle has one: resources.jobs",
    "WAREHOUSE": _RESOURCE.format("sql_warehouses"),
    "WORKFLOW": _RESOURCE.format("jobs"),
}


def object_of(tokens):
    """The index of the word that says what a CREATE, DROP or ALTER is about, or None."""
    for index, token in enumerate(tokens[1:], 1):
        if token.word not in _MODIFIERS:
            return index if token.kind == WORD else None
    return None


def _object_fault(tokens, outside):
    index = object_of(tokens)
    if index is None:
        return None
    first, kind = tokens[0].word, tokens[index]
    if kind.word in NO_SUCH_OBJECTS:
        return None  # another rule says so
    if kind.word not in _OBJECTS:
        hint = did_you_mean(kind.text, _OBJECTS | _MODIFIERS, 0.75)
        return Fault(kind.at, f"{first} knows no {kind.text!r}", hint) if hint else None
    after = [token.word for token in tokens[index + 1 : index + 4]]
    if after[:1] == ["IF"]:
        expected = ["NOT", "EXISTS"] if first == "CREATE" else ["EXISTS"]
        if after[1 : 1 + len(expected)] != expected:
            at = tokens[index + 1].at
            return Fault(at, f"IF must be followed by {' '.join(expected)} in a {first}")
    if first == "CREATE" and kind.word in ("TABLE", "VIEW"):
        return _table_fault(tokens, outside, index)
    return None


def _table_fault(tokens, outside, index):
    """What is wrong with a CREATE TABLE or CREATE VIEW, whose word for that stands at an index."""
    kind = tokens[index]
    modifiers = {token.word for token in tokens[1:index]}
    words = [token.word for token in outside]
    if index + 1 == len(tokens) or tokens[index + 1].word in ("AS", "("):
        return Fault(kind.at, f"this {kind.word} has no name")
    if "AS" in words:
        start = (*outside[words.index("AS") + 1 :], kind)[0]
        if start.kind == WORD and start.word not in (*QUERY_STARTS, kind.word):
            hint = did_you_mean(start.text, QUERY_STARTS, 0.74)
            if hint:
                return Fault(start.at, f"no query starts with {start.text!r}", hint)
    elif has_hole(tokens):
        return None
    elif (kind.word == "VIEW" and "USING" not in words) or (
        "STREAMING" in modifiers and "SELECT" in words
    ):
        hint = "write AS before its query"
        return Fault(tokens[0].at, f"this CREATE {kind.word} has no AS", hint)
    head = outside[: words.index("AS")] if "AS" in words else outside
    for token, following in pairwise(head):
        if token.word == "PARTITION" and following.word == "BY":
            hint = "write PARTITIONED BY"
            return Fault(token.at, f"CREATE {kind.word} knows no PARTITION BY", hint)
    if modifiers <= {"OR", "REPLACE", "EXTERNAL"} and not {"AS", "LIKE", "CLONE"} & set(words):
        return _columns_fault(tokens[index + 1 :])
    return None


_TYPES = frozenset(
    """
    ARRAY BIGINT BINARY BOOLEAN CHAR DATE DECIMAL DOUBLE FLOAT INT INTEGER LONG MAP SMALLINT STRING
    STRUCT TIMESTAMP TIMESTAMP_NTZ TINYINT VARCHAR VARIANT
    """.split()
)


def _columns_fault(tokens):
    """A column without a type or a comma, in what follows CREATE TABLE."""
    words = [token.word for token in tokens]
    opened = words.index("(") if "(" in words else len(words)
    # Elsewhere than behind the name, brackets hold something else.
    if has_hole(tokens) or {"BY", "IDENTIFIER", "SELECT", "USING"} & set(words[:opened]):
        return None
    column = []  # its tokens outside of brackets
    depth = 0
    for token in tokens[opened + 1 :]:
        if token.word in (",", ")") and not depth:
            if len(column) == 1:
                return Fault(column[0].at, f"column {column[0].text!r} has no type")
            plain = [one for one in column if one.kind in (WORD, NAME)]
            for kind, name, other in zip(plain[1:], plain[2:], plain[3:], strict=False):
                if kind.word in _TYPES and other.word in _TYPES:
                    return Fault(name.at, f"no comma stands before column {name.text!r}")
            column = []
            if token.word == ")":
                return None
            continue
        depth -= token.word in (")", ">")
        if not depth:
            column.append(token)
        depth += token.word in ("(", "<")
    return None


def _insert_fault(tokens, outside):
    at = next((n for n, token in enumerate(outside) if token.word in ("INTO", "OVERWRITE")), None)
    if at is None:
        return None
    target = outside[at + 1 :]
    if target and target[0].word in ("TABLE", "INTO"):
        target = target[1:]
    if not target or target[0].word in ("SELECT", "VALUES", "WITH", "("):
        return Fault(outside[at].at, f"{outside[at].word} must be followed by a table")
    if any(token.word in QUERY_STARTS for token in target):
        return None
    for token, after in pairwise(tokens):
        if token.word == "(" and after.word in (*QUERY_STARTS, "("):
            return None
    hint = _misspelt("VALUES", target) or _misspelt("SELECT", target)
    return Fault(tokens[0].at, "this INSERT has neither VALUES nor a query", hint)


def _merge_fault(tokens):
    words = [token.word for token in tokens]
    actions = [n for n, word in enumerate(words) if word == "MATCHED"]
    for start, end in pairwise([*actions, len(words)]):
        if "THEN" not in words[start:end]:
            return Fault(tokens[start].at, "no THEN follows this MATCHED")
        then = words.index("THEN", start)
        if words[then + 1 : then + 2] == ["UPDATE"] and words[then + 2 : then + 3] != ["SET"]:
            return Fault(tokens[then + 1].at, "UPDATE must be followed by SET")
    return None


def has_query(tokens):
    """Whether a statement is a query, or one of those in which a query or a condition stands."""
    first = tokens[0].word
    if first == "CREATE":
        index = object_of(tokens)
        return index is not None and tokens[index].word in ("TABLE", "VIEW")
    return first in ("(", "DELETE", "FROM", "INSERT", "MERGE", "SELECT", "UPDATE", "VALUES", "WITH")
