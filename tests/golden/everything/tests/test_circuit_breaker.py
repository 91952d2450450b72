"""The circuit breaker: it counts runs, and what it counts outlives them."""

import pytest

from all_of_retail.etl import extract, tables
from all_of_retail.ops.circuit_breaker import (
    FAILURES,
    SKIPPED,
    CircuitBreaker,
    CircuitOpen,
    State,
)
from all_of_retail.ops.outcome import STALE


@pytest.fixture
def breaker(spark, catalog, schema):
    """Return a function that creates a breaker, as each try of a run does."""
    return lambda run_id, name="source": CircuitBreaker(spark, catalog, schema, name, run_id)


@pytest.fixture
def opened(breaker):
    """Leave the breaker open, as the run "failed" has."""
    breaker("").write(State("source", FAILURES, run_id="failed"))


def fail():
    raise OSError("The source does not answer.")


def fails(breaker):
    with pytest.raises(OSError, match="does not answer"):
        breaker.call(fail)


def refuses(breaker):
    called = []
    with pytest.raises(CircuitOpen, match="source has failed in 3 runs in a row"):
        breaker.call(lambda: called.append(1))
    assert called == []


def test_closed_it_lets_calls_through_and_returns_their_result(breaker):
    assert breaker("1").call(lambda: 42) == 42
    assert breaker("1").read() == State("source")


def test_the_tries_of_a_run_count_as_one(breaker):
    for _ in range(3):
        fails(breaker("1"))

    assert breaker("1").read() == State("source", 1, run_id="1")


def test_after_too_many_failed_runs_it_opens_for_the_next_ones(breaker):
    for number in range(FAILURES):
        for _ in range(3):  # the run that opens it may still try again
            fails(breaker(f"failed {number}"))

    for number in range(1, SKIPPED + 1):
        for _ in range(3):
            refuses(breaker(f"skipped {number}"))
        assert breaker("").read() == State("source", FAILURES, number, f"skipped {number}")


def test_failures_count_in_a_row_only(breaker):
    breaker("").write(State("source", FAILURES - 1, run_id="failed"))

    breaker("well").call(lambda: 42)

    assert breaker("").read() == State("source")


def test_a_try_that_succeeds_closes_it_though_the_one_before_has_opened_it(breaker, opened):
    assert breaker("failed").call(lambda: 42) == 42
    assert breaker("").read() == State("source")


def test_then_one_run_decides(breaker):
    breaker("").write(State("source", FAILURES, SKIPPED, "skipped"))

    fails(breaker("next"))
    assert breaker("").read() == State("source", FAILURES + 1, run_id="next")
    assert breaker("next").call(lambda: 42) == 42
    assert breaker("").read() == State("source")


def test_each_run_of_a_notebook_by_a_person_counts(breaker):
    for _ in range(FAILURES):
        fails(breaker(""))

    refuses(breaker(""))


def test_each_name_has_a_state_of_its_own(breaker, opened):
    assert breaker("next", "other").call(lambda: 42) == 42
    refuses(breaker("next"))


def test_a_table_that_counted_in_seconds_is_replaced(breaker, spark, catalog, schema):
    columns = "name STRING, failures INT, opened_at DOUBLE"
    rows = spark.createDataFrame([("source", 3, 1e9)], columns)
    tables.write(rows, catalog, schema, "circuit_breakers")

    fails(breaker("1"))

    assert breaker("1").read() == State("source", 1, run_id="1")


def test_that_no_state_can_be_kept_hides_neither_a_failure_nor_a_result(
    breaker, caplog, monkeypatch
):
    breaker("").write(State("source", 1, run_id="failed"))
    monkeypatch.setattr(tables, "merge", lambda *arguments: {}["merge"])

    assert breaker("1").call(lambda: 42) == 42
    fails(breaker("1"))
    assert caplog.text.count("No state in circuit_breakers for source") == 2


def test_while_the_source_is_left_alone_a_run_goes_on_with_the_rows_read_last(
    opened, spark, catalog, schema, source, monkeypatch
):
    with pytest.raises(CircuitOpen):
        extract.run(spark, catalog, schema, source, "no rows yet")
    read = extract.run(spark, catalog, schema, source, "failed")
    CircuitBreaker(spark, catalog, schema, "source", "").write(State("source", FAILURES))
    monkeypatch.setattr(extract, "read_csv", lambda *arguments: fail())

    outcome = extract.run(spark, catalog, schema, source, "next")

    assert (outcome.status, outcome.record_count) == (STALE, read.record_count)


def test_a_source_that_does_not_answer_counts(breaker, spark, catalog, schema, source, monkeypatch):
    monkeypatch.setattr(extract, "read_csv", lambda *arguments: fail())

    with pytest.raises(OSError, match="does not answer"):
        extract.run(spark, catalog, schema, source, "1")
    assert breaker("").read() == State("source", 1, run_id="1")


def test_a_table_that_cannot_be_written_does_not(
    breaker, spark, catalog, schema, source, monkeypatch
):
    monkeypatch.setattr(extract, "copy_files", lambda *arguments: {}["raw_orders"])

    with pytest.raises(KeyError):
        extract.run(spark, catalog, schema, source, "1")
    assert breaker("").read() == State("source")
