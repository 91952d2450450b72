"""What counts as wrong in SQL: nothing in a corpus of valid statements, all in one of broken ones.

The statements are ours; they follow https://docs.databricks.com/aws/en/sql/language-manual/
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bundlewright.rules.sources.statements import faults
from bundlewright.rules.sources.statements.parsing import parser

PARSE = parser()
CORPUS = Path(__file__).parent / "sql"
# One statement a line; an indented line continues the one before.
VALID = re.split(r"\n(?=\S)", (CORPUS / "valid.sql").read_text(encoding="utf-8").strip())
# Behind the bar the text at which the mistake is found; ? where that is a matter of taste.
BROKEN = (CORPUS / "broken.sql").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("sql", VALID)
def test_what_is_valid_is_left_alone(sql: str) -> None:
    assert faults(sql) == []
    assert faults(sql, PARSE) == []


def test_the_whole_corpus_is_left_alone_as_one_text() -> None:
    whole = [sql for sql in VALID if "BEGIN" not in sql]
    assert len(whole) >= 200
    assert faults("\n;\n".join(whole), PARSE) == []


@pytest.mark.parametrize("line", BROKEN)
def test_what_is_broken_is_found_where_it_is(line: str) -> None:
    sql, _, text = (part.strip() for part in line.rpartition("|"))
    [fault] = faults(sql, PARSE)
    if text != "?":
        assert sql[fault.at :].startswith(text), sql[fault.at :]
