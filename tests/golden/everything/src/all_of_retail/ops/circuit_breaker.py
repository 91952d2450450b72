"""A circuit breaker: a source that keeps failing is left alone for some runs.

It counts runs of the job, not the tries of a run. Closed, it lets calls through. After too many
failed runs in a row it opens: the runs that follow do not call. Then one run calls again, and
decides whether the breaker closes or stays open for as many runs.
"""

import logging
from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import TypeVar

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ..etl import tables

LOG = logging.getLogger(__name__)
TABLE = "circuit_breakers"
COLUMNS = "name STRING, failures INT, skipped INT, run_id STRING"
FAILURES = 3  # runs in a row that failed, until it opens
SKIPPED = 1  # runs that do not call while it is open

T = TypeVar("T")


class CircuitOpen(RuntimeError):
    """A call was left out, since the runs before have failed."""


@dataclass(frozen=True)
class State:
    """What is kept of a breaker from run to run.

    Args:
        name: of the breaker.
        failures: runs in a row whose call has failed.
        skipped: runs since then that did not call.
        run_id: the last of all these runs.
    """

    name: str
    failures: int = 0
    skipped: int = 0
    run_id: str = ""


class CircuitBreaker:
    """A breaker whose state outlives the run, in the table ``circuit_breakers``.

    Args:
        spark: the session.
        catalog: catalog of the table.
        schema: schema of the table, which exists.
        name: what is called; each name has a state of its own.
        run_id: the run of the job; empty when a person runs a notebook, whose every run counts.
    """

    def __init__(self, spark: SparkSession, catalog: str, schema: str, name: str, run_id: str):
        self.spark, self.catalog, self.schema = spark, catalog, schema
        self.name = name
        self.run_id = run_id

    def call(self, function: Callable[..., T]) -> T:
        """Call a function, unless the breaker is open.

        Args:
            function: does all its work when it is called: of a data frame, it reads rows.

        Raises:
            CircuitOpen: it was not called.
        """
        state = self.read()
        again = bool(self.run_id) and self.run_id == state.run_id
        if self.is_open(state, again):
            skipped = state.skipped if again else state.skipped + 1
            self.note(State(self.name, state.failures, skipped, self.run_id))
            raise CircuitOpen(
                f"{self.name} has failed in {state.failures} runs in a row: "
                f"it is left alone for run {skipped} of {SKIPPED}."
            )
        try:
            result = function()
        except Exception:
            failures = state.failures if again else state.failures + 1
            self.note(State(self.name, failures, run_id=self.run_id))
            raise
        if state.failures:
            self.note(State(self.name))
        return result

    def is_open(self, state: State, again: bool) -> bool:
        """Say whether this run must not call.

        Args:
            state: as the runs and tries before have left it.
            again: whether this run has been tried before.
        """
        if again:  # a run that has called may go on, and one that has not must not begin
            return state.skipped > 0
        return state.failures >= FAILURES and state.skipped < SKIPPED

    def is_there(self) -> bool:
        """Say whether the table exists, and is not one that counted in seconds."""
        there = tables.exists(self.spark, self.catalog, self.schema, TABLE)
        return there and "skipped" in self.table().columns

    def table(self) -> DataFrame:
        """Return the table."""
        return tables.read(self.spark, self.catalog, self.schema, TABLE)

    def read(self) -> State:
        """Return the state; a breaker that has never seen a failure is closed."""
        if not self.is_there():
            return State(self.name)
        row = self.table().where(F.col("name") == self.name).first()
        return State(*row) if row else State(self.name)

    def write(self, state: State) -> None:
        """Keep a state."""
        frame = self.spark.createDataFrame([astuple(state)], COLUMNS)
        if self.is_there():
            tables.merge(frame, self.catalog, self.schema, TABLE, "name")
        else:
            tables.write(frame, self.catalog, self.schema, TABLE)

    def note(self, state: State) -> None:
        """Keep a state after a call, which ends as it has ended even where this fails."""
        try:
            self.write(state)
        except Exception:
            LOG.exception("No state in %s for %s", TABLE, self.name)
