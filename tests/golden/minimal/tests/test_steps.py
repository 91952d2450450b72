"""What surrounds a step: what it tells of how it ended, whatever happens."""

import inspect

import pytest

from little import steps
from little.ops import metrics
from little.ops.outcome import (
    NO_DATA,
    Outcome,
)

PARAMETERS = {"catalog": "main", "schema": "sales", "run_id": "7", "entity": "orders"}


@pytest.fixture
def written(monkeypatch):
    """Return the rows of job_metrics, which no test here writes to a table."""
    rows = []
    monkeypatch.setattr(metrics, "write", lambda spark, catalog, schema, row: rows.append(row))
    return rows


@pytest.fixture
def execute(monkeypatch):
    """Return a function that executes a step, which takes two seconds."""

    def execute(run):
        monkeypatch.setattr(steps, "find", lambda name: run)
        clock = iter([1000.0, 1002.0])
        return steps.execute("a_step", None, PARAMETERS.get, lambda: next(clock))

    return execute


def fail(spark, catalog, schema):
    raise OSError("The source\n   does not answer. " + "x" * 2000)


@pytest.mark.parametrize("name", steps.STEPS)
def test_a_step_takes_the_session_the_catalog_and_the_schema_first(name):
    parameters = inspect.signature(steps.find(name)).parameters

    assert list(parameters)[:3] == ["spark", "catalog", "schema"]


def test_a_step_gets_its_own_parameters_only(execute, written):
    def run(spark, catalog, schema, entity, run_id=""):
        return Outcome(values={"got": f"{catalog}.{schema}.{entity} {run_id}"})

    assert execute(run).values == {"got": "main.sales.orders 7"}


def test_success_is_told_with_rows_and_throughput(execute, written):
    outcome = execute(lambda spark, catalog, schema: Outcome(10, values={"score": "GOOD"}))

    assert outcome.record_count == 10
    (row,) = written
    assert (row.step, row.run_id, row.started_at.timestamp()) == ("a_step", "7", 1000.0)
    assert (row.duration_seconds, row.record_count, row.records_per_second) == (2.0, 10, 5.0)
    assert (row.status, row.error_message) == ("SUCCESS", None)


def test_no_data_is_no_success(execute, written):
    execute(lambda spark, catalog, schema: Outcome(status=NO_DATA))

    assert written[0].status == "NO_DATA"


def test_a_failure_is_told_on_one_short_line_and_stays_a_failure(execute, written):
    with pytest.raises(OSError, match="does not answer"):
        execute(fail)

    (row,) = written
    assert row.status == "FAILED"
    assert row.error_message.startswith("OSError: The source does not answer. xx")
    assert len(row.error_message) == steps.LONGEST_ERROR


def test_that_no_metric_can_be_written_decides_nothing_and_is_logged(execute, caplog, monkeypatch):
    monkeypatch.setattr(metrics, "write", lambda *arguments: {}["job_metrics"])

    assert execute(lambda spark, catalog, schema: Outcome(1)).record_count == 1
    with pytest.raises(OSError, match="does not answer"):
        execute(fail)
    assert caplog.text.count("No row in job_metrics for step a_step") == 2


def test_without_a_catalog_or_a_schema_no_step_runs():
    for missing in ("catalog", "schema"):
        parameters = PARAMETERS | {missing: ""}
        with pytest.raises(ValueError, match="give the catalog and the schema"):
            steps.execute("a_step", None, parameters.get)
