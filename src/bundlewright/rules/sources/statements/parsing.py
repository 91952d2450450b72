"""What a parser says of queries, where it can be believed.

sqlglot knows most of Databricks SQL, but not all, and takes words for its own that Databricks
allows as names. So a query counts as broken only if it also fails with such words out of the way.
"""

import functools

from bundlewright.rules import did_you_mean
from bundlewright.rules.sources.statements.clauses import SET_OPERATIONS
from bundlewright.rules.sources.statements.forms import QUERY_STARTS
from bundlewright.rules.sources.statements.tokens import HOLE, NUMBER, SIGN, STRING, WORD, Fault


@functools.cache
def parser():
    """What parses SQL for `parse_fault`; None where sqlglot is not installed."""
    try:
        import sqlglot
        from sqlglot.errors import ErrorLevel, SqlglotError
    except ImportError:
        return None
    import logging

    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of what it passes over

    @functools.lru_cache(maxsize=256)  # the targets of a bundle share their queries
    def parse(text):
        """The offset behind the token at which SQL does not parse; None where it does."""
        try:
            sqlglot.parse(text, dialect="databricks", error_level=ErrorLevel.IMMEDIATE)
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            RecursionError,
            TypeError,
            ValueError,
        ):
            return None  # it stumbled over SQL that it takes for something else
        except SqlglotError as error:
            details = getattr(error, "errors", None)
            if not details or details[0].get("line") is None:
                return None
            before = text.split("\n")[: details[0]["line"] - 1]
            return sum(len(line) + 1 for line in before) + details[0]["col"]
        return None

    return parse


# Words that shape a query. All others can be names: Databricks reserves next to none.
_SHAPING = frozenset(
    """
    ALL AND ANTI AS ASC BETWEEN BY CASE CAST CROSS CURRENT DELETE DESC DISTINCT DIV ELSE END
    ESCAPE EXCEPT EXISTS EXTRACT FILTER FIRST FOLLOWING FROM FULL GROUP HAVING ILIKE IN INNER
    INSERT INTERSECT INTERVAL INTO IS JOIN LAST LATERAL LEFT LIKE LIMIT MATCHED MERGE NOT NULL
    NULLS OFFSET ON OR ORDER OUTER OVER PARTITION PIVOT PRECEDING QUALIFY RANGE REGEXP RIGHT
    RLIKE ROW ROWS SELECT SEMI SET THEN UNBOUNDED UNION UNPIVOT UPDATE USING VALUES VIEW WHEN
    WHERE WITH WITHIN
    """.split()
)
_ENDING = frozenset(("ASC", "DESC", "END", "FIRST", "LAST", "NULL", "ROW", "ROWS"))
# Words that shape a part of a query, and are names elsewhere.
_SHAPING_AT_TIMES = _SHAPING | frozenset(
    """
    ARRAY AT BIGINT BINARY BOOLEAN BOTH CHAR DATE DECIMAL DOUBLE FLOAT FOR INT INTEGER LEADING LONG
    MAP OF OVERLAY PERCENT PLACING POSITION RECURSIVE SMALLINT STRING STRUCT SUBSTRING TIME
    TIMESTAMP TIMESTAMP_NTZ TINYINT TRAILING TRIM VARCHAR VARIANT VERSION WINDOW ZONE
    """.split()
)
_CLAUSE_WORDS = (
    "FROM WHERE GROUP HAVING ORDER LIMIT JOIN LEFT RIGHT INNER OUTER CROSS UNION SELECT AND OR "
    "BETWEEN QUALIFY DISTINCT VALUES USING WHEN MATCHED SET"
).split()
_MAX_LENGTH = 50_000  # a longer statement is data, and takes the parser seconds
_BEYOND_PARSER = ("|>", "ASOF", "MATCH_RECOGNIZE", "NEAREST", "TABLESAMPLE")
# Phrases that sqlglot does not know; a query is one without them, too.
_UNPARSED = (("WITH", "SCHEMA", "EVOLUTION"), ("MAX", "RECURSION", "LEVEL", ""))


def parse_fault(text, tokens, parse):
    """Where the query in a statement does not parse.

    Args:
        text: the text in which the statement stands.
        tokens: the statement.
        parse: see `parser`.
    """
    start = _start_of_query(tokens)
    if start is None:
        return None
    tokens = tokens[start:]
    before = ["", *(token.word for token in tokens)]
    if any(map(_is_beyond_parser, tokens, before)):
        return None
    begin, end = tokens[0].at, tokens[-1].at + len(tokens[-1].text)
    if end - begin > _MAX_LENGTH:
        return None
    # Blanks before it would shift the places that the parser tells, so the query stands alone.
    queries = [
        _parsable(query, begin, tokens) for query in _without_holes(text[begin:end], begin, tokens)
    ]
    places = [parse(query) for query in queries]
    if None in places:
        return None
    behind = [token.at + len(token.text) >= places[0] + begin for token in tokens]
    index = behind.index(True) if True in behind else len(tokens) - 1
    if tokens[index].kind == HOLE:
        return None
    around = tokens[max(index - 1, 0) : index + 1]
    for query in queries:
        for suspects, kept in (tokens, _SHAPING), (tokens, _SHAPING_AT_TIMES), (around, _SHAPING):
            if parse(_plain(query, begin, suspects, kept)) is None:
                return None
    return Fault(
        tokens[index].at,
        f"the SQL does not parse at {tokens[index].text!r}",
        _misspelt_clause(tokens[max(index - 2, 0) : index + 1]),
    )


def _without_holes(query, begin, tokens):
    """A query with its holes filled by all that they can stand for: names, values, or nothing."""
    named, valued, emptied, guessed = query, query, query, query
    before = None
    for token in tokens:
        if token.kind == HOLE:
            start, end = token.at - begin, token.at - begin + len(token.text)
            is_joined = before and before.at + len(before.text) == token.at
            is_operand = is_joined or _precedes_operand(before)
            named = _filled(named, start, end, "x")
            valued = _filled(valued, start, end, "1")
            emptied = _filled(emptied, start, end)
            guessed = _filled(guessed, start, end, "x" if is_operand else " ")
        before = token
    return list(dict.fromkeys((guessed, named, valued, emptied)))


def _precedes_operand(token):
    return (
        token is None
        or token.word in _SHAPING - _ENDING
        or (token.kind == SIGN and token.word not in (")", "]"))
    )


def _start_of_query(tokens):
    """The index of the token at which the part of a statement begins that is parsed, or None."""
    first = tokens[0].word
    if first not in ("CREATE", "INSERT"):
        return 0
    depth = 0
    for index, token in enumerate(tokens[3:-1], 3):
        depth += (token.word in ("(", "[")) - (token.word in (")", "]"))
        if not depth and first == "CREATE" and token.word == "AS":
            return index + 1 if tokens[index + 1].word in (*QUERY_STARTS, "(") else None
        if not depth and first == "INSERT" and token.word in ("SELECT", "WITH", "VALUES"):
            return index
    return None


def _is_beyond_parser(token, before):
    """Whether sqlglot cannot parse what a token belongs to; `before` is the word before it."""
    if token.word == "TABLE":
        return before in ("", "(", ")", "ALL", "DISTINCT", *SET_OPERATIONS)
    return token.word in _BEYOND_PARSER


def _parsable(query, begin, tokens):
    """A query of the same length without what sqlglot does not know."""
    words = [token.word for token in tokens]
    for phrase in _UNPARSED:
        for index in range(len(words)):
            if tuple(words[index : index + len(phrase)]) == phrase:
                last = tokens[index + len(phrase) - 1]
                query = _filled(query, tokens[index].at - begin, last.at + len(last.text) - begin)
    for index, word in enumerate(words):
        if word == "IDENTIFIER" and words[index + 1 : index + 2] == ["("]:
            closing = tokens[words.index(")", index)]
            query = _filled(query, tokens[index].at - begin, closing.at + 1 - begin, "x")
        elif word == "DELAY" and words[index + 1 : index + 2] == ["OF"]:
            if "WATERMARK" in words[:index]:
                start = index - words[index - 1 :: -1].index("WATERMARK") - 1
                last = _end_of_interval(tokens, index + 2)
                query = _filled(query, tokens[start].at - begin, last.at + len(last.text) - begin)
        elif words[index : index + 2] == ["?", "::"] and (
            not index or _precedes_operand(tokens[index - 1])  # or it is the operator `?::`
        ):
            query = _filled(query, tokens[index].at - begin, tokens[index].at + 1 - begin, "x")
    return query


_UNITS = ("DAY", "HOUR", "MICROSECOND", "MILLISECOND", "MINUTE", "SECOND", "WEEK")


def _end_of_interval(tokens, index):
    """The last token of the interval that begins at an index, or what is before it."""
    while index < len(tokens) and (
        tokens[index].kind in (HOLE, NUMBER, STRING)
        or tokens[index].word in ("INTERVAL", "TO", "-", "+")
        or tokens[index].word.removesuffix("S") in _UNITS
    ):
        index += 1
    return tokens[index - 1]


def _plain(query, begin, tokens, kept):
    """A query with words made plain names that cannot shape it, but for the words to keep."""
    parts, done = [], 0
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        is_name = token.word == "VALUES" and (after is None or after.word != "(")
        start = token.at - begin
        is_there = query.startswith(token.text, start)
        if token.kind == WORD and is_there and (is_name or token.word not in kept):
            parts += [query[done:start], "x" * len(token.text)]
            done = start + len(token.text)
    return "".join(parts) + query[done:]


def _filled(text, start, end, filler=" "):
    return text[:start] + filler * (end - start) + text[end:]


def _misspelt_clause(tokens):
    """A hint to the word of a clause that one of some tokens was probably meant to be."""
    for token in reversed(tokens):
        if token.kind == WORD and token.word not in _SHAPING:
            hint = did_you_mean(token.text, _CLAUSE_WORDS, 0.74)
            if hint:
                return hint
    return ""
