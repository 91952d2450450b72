"""The ends of a run: what is noted of it, what is told, and what is escalated."""

from datetime import datetime

import pytest

from all_of_retail.etl import tables
from all_of_retail.ops import (
    escalate,
    metrics,
    notify_success,
    update_metadata,
)
from all_of_retail.ops.metrics import Metric


@pytest.fixture
def ran(spark, catalog, schema):
    """Return a function that notes how a step of run 1 has ended."""

    def ran(step, second, error=None):
        started = datetime(2025, 3, 1, 9, 0, second)
        status = "FAILED" if error else "SUCCESS"
        metric = Metric(step, "1", started, 2.4, 65, 27.1, status, error)
        metrics.write(spark, catalog, schema, metric)

    return ran


def test_metadata_has_one_row_a_table_of_the_last_run(spark, catalog, schema):
    written = tables.quoted(catalog, schema, "daily_revenue")
    for run_id, rows in (("1", 2), ("2", 4)):
        spark.range(2).write.mode("append").saveAsTable(written)
        assert update_metadata.run(spark, catalog, schema, run_id).record_count == rows

    (row,) = tables.read(spark, catalog, schema, "run_metadata").collect()
    assert (row["table_name"], row["records"], row["run_id"]) == ("daily_revenue", 4, "2")
    assert row["updated_at"] is not None


def test_success_is_summed_up_in_the_order_of_time(spark, catalog, schema, ran, capsys):
    ran("load", 2)
    ran("extract", 1)
    ran("extract", 0, "OSError: no answer")

    assert notify_success.run(spark, catalog, schema, "1").record_count == 2
    assert capsys.readouterr().out == "extract 65 rows in 2 s, load 65 rows in 2 s\n"
    assert notify_success.run(spark, catalog, schema, "2").record_count == 0


def test_a_failure_opens_one_incident_however_often_the_run_is_repaired(
    spark, catalog, schema, ran
):
    ran("load", 1, "ValueError: no orders")
    ran("extract", 0, "OSError: no answer")
    ran("load", 2, "ValueError: no orders")

    for errors in (
        "extract: OSError: no answer; load: ValueError: no orders",
        "extract: OSError: no answer; load: ValueError: no orders; update_metadata: more",
    ):
        with pytest.raises(escalate.Escalated) as failure:
            escalate.run(spark, catalog, schema, "1")
        assert str(failure.value) == errors
        ran("escalate", 3, f"Escalated: {errors}")
        ran("update_metadata", 4, "more")

    (incident,) = tables.read(spark, catalog, schema, "incidents").collect()
    assert (incident["run_id"], incident["status"]) == ("1", "OPEN")
    assert incident["error"].endswith("more")


def test_a_failure_outside_the_steps_is_escalated_too(spark, catalog, schema):
    with pytest.raises(escalate.Escalated, match="before or without its step"):
        escalate.run(spark, catalog, schema, "1")

    assert tables.read(spark, catalog, schema, "incidents").count() == 1
