"""Dead letters: none is lost, none is kept twice, and what was fixed comes back."""

import dataclasses

import pytest

from fleet.etl import (
    dead_letters,
    replay,
    tables,
    transform,
)
from fleet.etl.entities import ENTITIES

KNOWN = ENTITIES["orders"]
GOOD = {"id": "O1", "name": "first", "amount": "1.50", "updated_at": "2025-03-01"}
BAD = {"amount": "many"}
RULE = "no valid amount"


@pytest.fixture
def deliver(spark, catalog, schema):
    """Return a function that delivers orders, each given by how it differs from a good one, and
    transforms them."""

    def deliver(*changes, run_id="1"):
        rows = spark.createDataFrame([GOOD | change for change in changes], KNOWN.schema)
        tables.write(rows, catalog, schema, "raw_orders")
        transform.run(spark, catalog, schema, "orders", run_id)

    return deliver


@pytest.fixture
def letters(spark, catalog, schema):
    """Return a function that reads the dead letters."""
    return lambda: tables.read(spark, catalog, schema, "dead_letters").collect()


@pytest.fixture
def keys(spark, catalog, schema):
    """Return a function that returns the keys of the clean orders."""
    return lambda: {
        row[KNOWN.key] for row in tables.read(spark, catalog, schema, "clean_orders").collect()
    }


@pytest.fixture
def without_the_rule(monkeypatch):
    """Return a function that drops the rule which a bad order breaks."""
    rules = {name: rule for name, rule in KNOWN.rules.items() if name != RULE}
    changed = dataclasses.replace(KNOWN, rules=rules)
    return lambda: monkeypatch.setitem(ENTITIES, "orders", changed)


def test_a_rejected_row_is_kept_as_it_was_with_all_its_errors(deliver, letters):
    deliver({}, BAD | {KNOWN.key: None})

    (letter,) = letters()
    assert sorted(letter["errors"]) == sorted([f"no {KNOWN.key}", RULE])
    (column, value) = next(iter(BAD.items()))
    assert f'"{column}":"{value}"' in letter["record"]
    assert f'"{KNOWN.key}":null' in letter["record"]
    assert (letter["entity"], letter["run_id"], letter["status"]) == ("orders", "1", "OPEN")
    assert letter["failed_at"] is not None


def test_equal_rows_are_all_kept_and_a_second_run_keeps_none_twice(deliver, letters):
    for run_id in ("1", "1", "2"):
        deliver({}, BAD, BAD, BAD | {KNOWN.key: "O2"}, run_id=run_id)

    assert len(letters()) == 3
    assert {letter["run_id"] for letter in letters()} == {"1"}


def test_a_rejected_row_outlives_the_delivery_it_came_with(deliver, letters):
    deliver(BAD)
    deliver({})

    assert len(letters()) == 1


def test_what_no_rule_forbids_any_more_comes_back_once(
    deliver, letters, keys, without_the_rule, spark, catalog, schema
):
    deliver({}, BAD | {KNOWN.key: "O2"}, {KNOWN.key: None})
    deliver({})  # the source does not deliver them any more
    assert keys() == {"O1"}
    without_the_rule()

    assert replay.run(spark, catalog, schema).record_count == 1
    assert replay.run(spark, catalog, schema).record_count == 0

    assert keys() == {"O1", "O2"}
    assert sorted(letter["status"] for letter in letters()) == ["OPEN", "REPLAYED"]
    deliver({})  # and it stays
    assert keys() == {"O1", "O2"}


def test_a_replayed_row_does_not_replace_a_newer_one(
    deliver, keys, without_the_rule, spark, catalog, schema
):
    deliver(BAD | {"updated_at": "2025-01-01"})
    deliver({"updated_at": "2025-02-01"})
    without_the_rule()

    replay.run(spark, catalog, schema)

    (row,) = tables.read(spark, catalog, schema, "clean_orders").collect()
    assert str(row["updated_at"]).startswith("2025-02-01")


def test_what_is_forbidden_again_is_open_again(
    deliver, letters, keys, monkeypatch, without_the_rule, spark, catalog, schema
):
    deliver(BAD)
    without_the_rule()
    replay.run(spark, catalog, schema)
    monkeypatch.setitem(ENTITIES, "orders", KNOWN)

    deliver({KNOWN.key: "O2"})

    assert keys() == {"O2"}
    assert [letter["status"] for letter in letters()] == ["OPEN"]


def test_without_dead_letters_there_is_nothing_to_replay(spark, catalog, schema):

    assert replay.run(spark, catalog, schema).status == "NO_DATA"


def test_a_rejected_row_names_only_rules_that_it_breaks(spark):
    rows = spark.createDataFrame([GOOD, GOOD | BAD], KNOWN.schema)

    (row,) = dead_letters.rejected("orders", rows).collect()
    assert row["errors"] == [RULE]
