"""Mistakes in Databricks SQL that are certain without a workspace.

Databricks SQL grows faster than any parser of it. So this never asks whether a statement is valid
as a whole: it looks for what no version of the language allows, and leaves all else alone. Source:
https://docs.databricks.com/aws/en/sql/language-manual/
"""

from bundlewright.rules.sources.statements.clauses import clause_fault
from bundlewright.rules.sources.statements.forms import (
    adjacent_fault,
    bracket_fault,
    first_word_fault,
    form_fault,
    has_query,
    is_script,
)
from bundlewright.rules.sources.statements.parsing import parse_fault
from bundlewright.rules.sources.statements.tokens import statements_of, tokens_of


def faults(text, parse=None):
    """Find what is wrong in SQL.

    Args:
        text: one statement, or several with semicolons between.
        parse: what `bundlewright.rules.sources.statements.parsing.parser` gives, to have queries
            parsed, too.

    Returns:
        A list of `Fault`s, at most one a statement.
    """
    tokens, unclosed = tokens_of(text)
    if unclosed:
        return [unclosed]
    found = []
    scripted = False  # between BEGIN and END, statements hold statements
    for statement in statements_of(tokens):
        fault = bracket_fault(statement)
        scripted = scripted or is_script(statement)
        if not (fault or scripted):
            fault = (
                first_word_fault(statement) or adjacent_fault(statement) or form_fault(statement)
            )
            if not fault and has_query(statement):
                fault = clause_fault(statement) or (parse and parse_fault(text, statement, parse))
        if fault:
            found.append(fault)
    return found
