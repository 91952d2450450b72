"""The rules of the clean tables, one small frame each."""

from datetime import date
from decimal import Decimal

import pytest

from [[package_name]].etl.entities import ENTITIES
from [[package_name]].etl.transform import clean

GOOD = {"id": "K1", "name": "first", "amount": "0.10", "updated_at": "2025-03-01T00:00:00Z"}


@pytest.fixture(params=ENTITIES)
def cleaned(request, spark):
    """Return a function that cleans rows, each given by how it differs from a good one."""

    def cleaned(*changes):
        rows = [GOOD | change for change in changes]
        raw = spark.createDataFrame(rows, ENTITIES[request.param].schema)
        return clean(request.param, raw).collect()

    return cleaned


def test_good_rows_pass(cleaned):
    (row,) = cleaned({})

    assert (row["id"], row["amount"]) == ("K1", Decimal("0.10"))
    assert row["updated_on"] == date(2025, 3, 1)


def test_rows_without_a_key_or_an_amount_are_dropped(cleaned):
    assert cleaned({"id": None}, {"id": " "}, {"amount": None}, {"amount": "many"}) == []


def test_the_latest_row_of_a_key_wins(cleaned):
    (row,) = cleaned(
        {"name": "new", "updated_at": "2025-03-02T00:00:00Z"},
        {"name": "old"},
        {"name": "undated", "updated_at": "yesterday"},
    )

    assert row["name"] == "new"
