"""Sizes proposed from past runs: the arithmetic, and what is read from system tables."""

from datetime import datetime, timedelta, timezone

import pytest

from all_of_retail.etl import tables
from all_of_retail.ops import propose_sizes, sizing
from all_of_retail.ops.outcome import NO_DATA
from all_of_retail.ops.sizing import History


@pytest.mark.parametrize(
    ("gigabytes", "expected"),
    [
        (0.001, {"min_workers": 1, "max_workers": 1}),
        (16, {"min_workers": 1, "max_workers": 1}),
        (16.1, {"min_workers": 1, "max_workers": 2}),
        (160, {"min_workers": 2, "max_workers": 10}),
        (5000, {"min_workers": 5, "max_workers": 20}),
    ],
)
def test_workers_follow_the_size_of_the_tables_between_bounds(gigabytes, expected):
    assert sizing.workers(int(gigabytes * sizing.GB)) == expected


@pytest.mark.parametrize(
    ("runs", "average", "longest", "expected"),
    [
        (5, 10, 12, 900),  # not less than a quarter of an hour
        (5, 600, 700, 1800),  # three times the average
        (5, 601, 700, 2100),  # rounded up to five minutes
        (5, 600, 6000, 9000),  # half as long again as a run that has succeeded
        (5, 50000, 50000, 86400),  # not more than a day
        (4, 600, 700, None),  # too few runs
    ],
)
def test_a_timeout_leaves_room_above_past_runs(runs, average, longest, expected):
    assert sizing.timeout(History("", runs, average, longest)) == expected


def test_proposals_become_a_snippet_of_the_bundle():
    histories = [
        History("load", 9, 100.4, 150),
        History("extract", 8, 100, 1000),
        History("", 8, 600, 700),
        History("new", 1, 9, 9),
    ]

    proposals = sizing.propose(20 * sizing.GB, histories)

    assert sizing.as_yaml("sales", proposals).splitlines() == [
        "variables:",
        "  min_workers: 1 # 20.0 GB of tables",
        "  max_workers: 2 # 20.0 GB of tables",
        "  timeout_seconds: 1800 # 8 runs, 600 s on average, 700 s at most",
        "  slow_seconds: 900 # 8 runs, 600 s on average, 700 s at most",
        "resources:",
        "  jobs:",
        "    sales:",
        "      tasks:",
        "        - task_key: extract",
        "          timeout_seconds: 1500 # 8 runs, 100 s on average, 1000 s at most",
        "        - task_key: load",
        "          timeout_seconds: 900 # 9 runs, 100 s on average, 150 s at most",
    ]


def test_without_a_past_nothing_is_proposed():
    assert sizing.propose(0, []) == []
    assert sizing.as_yaml("sales", []) == ""


def slices(run_id, hours_ago, minutes, result="SUCCEEDED", job_id="1", task=""):
    """Return the rows that a run has in a timeline: one an hour, the result in the last."""
    start = datetime.now(timezone.utc) - timedelta(hours=hours_ago)
    return [
        (
            *("9", job_id, task, run_id),
            start + timedelta(minutes=minute),
            start + timedelta(minutes=min(minute + 60, minutes)),
            result if minute + 60 >= minutes else None,
        )
        for minute in range(0, minutes, 60)
    ]


@pytest.fixture
def timelines(monkeypatch, spark, catalog, schema):
    """Return a function that writes local tables and has them read as system tables."""

    def write(name, rows):
        columns = (
            "workspace_id STRING, job_id STRING, task_key STRING, run_id STRING, "
            "period_start_time TIMESTAMP, period_end_time TIMESTAMP, result_state STRING"
        )
        table = tables.quoted(catalog, schema, name.lower())
        spark.createDataFrame(rows, columns).write.mode("overwrite").saveAsTable(table)
        monkeypatch.setattr(propose_sizes, name, table)

    return write


def test_times_are_those_of_the_successful_runs_of_the_job(spark, timelines):
    rows = [
        *slices("a", 30, 150),  # three slices
        *slices("b", 20, 30),
        *slices("failed", 10, 1, "FAILED"),
        *slices("running", 1, 30, None),
        *slices("old", 24 * 100, 500),
        *slices("other", 5, 500, job_id="2"),
    ]
    timelines("JOB_RUNS", rows)
    timelines("TASK_RUNS", [*slices("c", 30, 10, task="load"), *slices("d", 20, 20, task="load")])

    histories = propose_sizes.read_histories(spark, "1", "9")

    assert histories == [History("", 2, 5400, 9000), History("load", 2, 900, 1200)]
    assert propose_sizes.read_histories(spark, "1", "another workspace") == []


def test_the_step_writes_what_it_proposes_and_changes_nothing_else(
    spark, catalog, schema, timelines
):
    timelines("JOB_RUNS", [row for run in "abcde" for row in slices(run, 30, 10)])
    timelines("TASK_RUNS", [])
    spark.range(10).write.saveAsTable(tables.quoted(catalog, schema, "raw_orders"))

    outcome = propose_sizes.run(spark, catalog, schema, "1", "9", "7")

    written = tables.read(spark, catalog, schema, "sizing_proposals")
    assert {(row["setting"], row["value"], row["run_id"]) for row in written.collect()} == {
        ("min_workers", 1, "7"),
        ("max_workers", 1, "7"),
        ("timeout_seconds", 1800, "7"),
        ("slow_seconds", 900, "7"),
    }
    assert outcome.values["proposal"].startswith("variables:\n")


def test_a_job_without_a_past_gets_no_proposal(spark, catalog, schema, timelines):
    timelines("JOB_RUNS", [])
    timelines("TASK_RUNS", [])

    assert propose_sizes.run(spark, catalog, schema, "1", "9").status == NO_DATA
    assert not tables.exists(spark, catalog, schema, "sizing_proposals")
