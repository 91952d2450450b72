"""The circuit breaker: its states, and that they outlive a run."""

import pytest

from billing.etl import extract, tables
from billing.ops.circuit_breaker import (
    FAILURES,
    RECOVERY,
    CircuitBreaker,
    CircuitOpen,
    State,
)


@pytest.fixture
def now():
    """Return the time, in a list so that a test can change it."""
    return [1000.0]


@pytest.fixture
def breaker(spark, catalog, schema, now):
    """Return a function that makes the breaker anew, as each run does."""
    tables.create_schema(spark, catalog, schema)
    return lambda name="source": CircuitBreaker(spark, catalog, schema, name, lambda: now[0])


@pytest.fixture
def opened(breaker, now):
    """Leave the breaker open, as a run before has."""
    breaker().write(State("source", FAILURES, now[0]))


def fail():
    raise OSError("The source does not answer.")


def fails(breaker):
    with pytest.raises(OSError, match="does not answer"):
        breaker.call(fail)


def test_closed_it_lets_calls_through_and_returns_their_result(breaker):
    assert breaker().call(lambda: 42) == 42
    assert breaker().read() == State("source")


def test_closed_it_counts_failures_and_opens_after_too_many(breaker, now):
    for failures in range(1, FAILURES):
        fails(breaker())
        assert breaker().read() == State("source", failures)
    now[0] += 60

    fails(breaker())

    assert breaker().read() == State("source", FAILURES, now[0])


def test_failures_count_in_a_row_only(breaker):
    breaker().write(State("source", FAILURES - 1))

    breaker().call(lambda: 42)

    assert breaker().read() == State("source")


def test_open_it_refuses_calls_and_says_until_when(breaker, opened, now):
    now[0] += RECOVERY - 1
    called = []

    with pytest.raises(CircuitOpen, match="3 times in a row.*before 1970-01-01 00:46:40 UTC"):
        breaker().call(lambda: called.append(1))
    assert called == []


def test_half_open_a_success_closes_it(breaker, opened, now):
    now[0] += RECOVERY

    assert breaker().call(lambda: 42) == 42
    assert breaker().read() == State("source")


def test_half_open_a_failure_opens_it_again_from_then_on(breaker, opened, now):
    now[0] += RECOVERY

    def fail_slowly():
        now[0] += 60
        fail()

    with pytest.raises(OSError, match="does not answer"):
        breaker().call(fail_slowly)
    assert breaker().read() == State("source", FAILURES + 1, now[0])


def test_half_open_only_one_call_tries_at_a_time(breaker, opened, now):
    now[0] += RECOVERY

    def meanwhile():
        with pytest.raises(CircuitOpen):
            breaker().call(lambda: 42)

    breaker().call(meanwhile)


def test_each_name_has_a_state_of_its_own(breaker, opened):
    assert breaker("other").call(lambda: 42) == 42


def test_that_no_state_can_be_kept_hides_neither_a_failure_nor_a_result(
    breaker, caplog, monkeypatch
):
    breaker().write(State("source", 1))
    monkeypatch.setattr(tables, "merge", lambda *arguments: {}["merge"])

    assert breaker().call(lambda: 42) == 42
    fails(breaker())
    assert caplog.text.count("No state in circuit_breakers for source") == 2


def test_a_source_that_keeps_failing_is_left_alone(
    breaker, spark, catalog, schema, source, monkeypatch
):
    breaker().write(State("source", FAILURES - 1))
    with monkeypatch.context() as patch:
        patch.setattr(extract, "read_csv", lambda *arguments: fail())
        with pytest.raises(OSError, match="does not answer"):
            extract.run(spark, catalog, schema, source)

    with pytest.raises(CircuitOpen, match="source has failed 3 times"):
        extract.run(spark, catalog, schema, source)
