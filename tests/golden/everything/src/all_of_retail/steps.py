"""The steps of the jobs by name, and what surrounds each of them when it runs."""

import inspect
import logging
import time
from collections.abc import Callable
from datetime import datetime, timezone
from importlib import import_module

from pyspark.sql import SparkSession

from .etl import tables
from .ops import metrics
from .ops.outcome import FAILED, Outcome

LOG = logging.getLogger(__name__)
LONGEST_ERROR = 1000  # characters

# Modules with a function `run(spark, catalog, schema, ...)`; imported when their step runs.
STEPS = {
    "copy_samples": "etl.copy_samples",
    "extract": "etl.extract",
    "check_quality": "ops.check_quality",
    "alert_poor": "ops.alert_poor",
    "transform": "etl.transform",
    "load": "etl.load",
    "check_pipeline": "ops.check_pipeline",
    "train_model": "ml.train_model",
    "score_batch": "ml.score_batch",
    "serve": "ml.serve",
    "update_metadata": "ops.update_metadata",
    "notify_success": "ops.notify_success",
    "escalate": "ops.escalate",
    "replay": "etl.replay",
    "smoke": "ops.smoke",
    "propose_sizes": "ops.propose_sizes",
}


def find(name: str) -> Callable[..., Outcome]:
    """Return the function of a step."""
    return import_module(f".{STEPS[name]}", __package__).run


def own_parameters(run: Callable[..., Outcome]) -> list[inspect.Parameter]:
    """Return what a step takes beside the session, the catalog and the schema."""
    return list(inspect.signature(run).parameters.values())[3:]


def execute(
    name: str,
    spark: SparkSession,
    parameter: Callable[..., str],
    set_value: Callable[..., None] | None = None,
    clock: Callable[..., float] = time.time,
) -> Outcome:
    """Run a step, tell how it ended, and raise again what it raised.

    It tells the tasks after it by the task values ``status``, ``record_count`` and
    ``error_message``, and everybody else by a row of the table ``job_metrics``.

    Args:
        name: a key of ``STEPS``.
        spark: the session.
        parameter: returns the value of a parameter by its name.
        set_value: sets a task value, as only notebooks can.
        clock: seconds since 1970.

    Raises:
        ValueError: the catalog or the schema is missing, so that nothing can be written anywhere.
    """
    catalog, schema, run_id = (parameter(key) for key in ("catalog", "schema", "run_id"))
    tables.quoted(catalog, schema)
    outcome, error_message = Outcome(status=FAILED), None
    started = clock()
    try:
        run = find(name)
        own = {own.name: parameter(own.name) for own in own_parameters(run)}
        outcome = run(spark, catalog, schema, **own)
        return outcome
    except Exception as error:
        error_message = one_line(error)
        raise
    finally:
        seconds = clock() - started
        metric = metrics.Metric(
            step=name,
            run_id=run_id,
            started_at=datetime.fromtimestamp(started, timezone.utc),
            duration_seconds=seconds,
            record_count=outcome.record_count,
            records_per_second=metrics.throughput(outcome.record_count, seconds),
            status=outcome.status,
            error_message=error_message,
        )
        try:
            metrics.write(spark, catalog, schema, metric)
        except Exception:
            # Figures about a step never decide how it ends.
            LOG.exception("No row in job_metrics for step %s", name)
        if set_value:
            values = {"status": outcome.status, "record_count": outcome.record_count}
            values |= {"error_message": error_message or "", **outcome.values}
            for key, value in values.items():
                set_value(key=key, value=value)


def one_line(error: Exception) -> str:
    """Return what went wrong, cut where it gets long."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST_ERROR]
