"""Clauses of a query that are empty, end with a comma, or stand in the wrong order.

Source: https://docs.databricks.com/aws/en/sql/language-manual/sql-ref-syntax-qry-select
"""

from bundlewright.rules.sources.statements.tokens import NUMBER, Fault

SET_OPERATIONS = ("UNION", "EXCEPT", "INTERSECT", "MINUS")
_ORDER = ("SELECT", "FROM", "WHERE", "GROUP BY", "HAVING", "QUALIFY", "ORDER BY", "LIMIT")


def clause_fault(tokens):
    """The first fault in the clauses of a statement, in all its subqueries."""
    levels = [None]  # for each open bracket: the clause we are in, as (name, index behind it)
    for index, token in enumerate([*tokens, None]):
        word = token.word if token else None
        before = tokens[index - 1].word if index else ""
        if word in ("(", "["):
            levels.append(None)
            continue
        name = _clause_at(tokens, index)
        if word in (")", "]"):
            fault = _end_fault(levels.pop(), tokens, index)
        elif word in (None, "|>") or _is_set_operation(word, before):
            fault = _end_fault(levels[-1], tokens, index)
            levels[-1] = None
        elif name == "SELECT" and not (before == "AS" and levels[-1]):
            levels[-1] = (name, index + 1)
            fault = _start_fault(tokens, index + 1)
        elif name and name != "SELECT" and levels[-1]:
            behind = index + len(name.split())
            fault = _end_fault(levels[-1], tokens, index, name) or _start_fault(tokens, behind)
            levels[-1] = (name, behind)
        else:
            continue
        if fault:
            return fault
    return None


def _is_set_operation(word, before):
    """Whether a word joins two queries; EXCEPT behind a star leaves columns out instead."""
    return word in SET_OPERATIONS and before not in ("*", ".", "AS", ",", "")


def _clause_at(tokens, index):
    """The name of the clause that begins at an index, or None; words of clauses can be names."""
    if index >= len(tokens):
        return None
    word = tokens[index].word
    before = tokens[index - 1].word if index else ""
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    following = after.word if after else ""
    if (
        before in (".", ":")
        or following in (".", "=", "AS")
        or (before == "AS" and word != "SELECT")
    ):
        return None
    if word in ("GROUP", "ORDER"):
        return f"{word} BY" if following == "BY" and before != "WITHIN" else None
    if word == "FROM":
        distinct = before == "DISTINCT" and tokens[index - 2].word in ("IS", "NOT")
        return None if distinct or before == "BY" else word
    if word == "LIMIT":
        return word if after and after.kind == NUMBER and before != "," else None
    if word in ("HAVING", "QUALIFY"):
        return word if before not in (",", "SELECT", "FROM") and following != "FROM" else None
    return word if word in ("SELECT", "WHERE") else None


def _start_fault(tokens, start):
    if start < len(tokens) and tokens[start].word == ",":
        return Fault(tokens[start].at, "nothing stands before this comma", "remove it")
    return None


def _end_fault(clause, tokens, index, following=""):
    """What is wrong with a clause that ends before an index, where another may follow."""
    if clause is None:
        return None
    name, start = clause
    while start < index and tokens[start].word in ("ALL", "DISTINCT") and name == "SELECT":
        start += 1
    last = tokens[index - 1]
    if start >= index:
        return Fault(last.at, f"nothing follows this {last.word}")
    if last.word == ",":
        behind = f" before {following}" if following else ""
        return Fault(last.at, f"nothing follows this comma{behind}", "remove it")
    if following and _ORDER.index(following) < _ORDER.index(name):
        return Fault(
            tokens[index].at, f"{following} stands behind {name}", f"write it before {name}"
        )
    return None
