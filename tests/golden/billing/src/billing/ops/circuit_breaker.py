"""A circuit breaker: what keeps failing is left alone until it has had time to recover.

Closed, it lets calls through and counts failures in a row. After too many of them it opens and
refuses calls. When the time to recover is over, it is half-open: one call may try, and decides.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime, timezone
from typing import TypeVar

from pyspark.sql import SparkSession

from ..etl import tables

LOG = logging.getLogger(__name__)
TABLE = "circuit_breakers"
COLUMNS = "name STRING, failures INT, opened_at DOUBLE"
FAILURES = 3  # in a row, until it opens
RECOVERY = 1800.0  # seconds until it may try again

T = TypeVar("T")


class CircuitOpen(RuntimeError):
    """A call was refused, since the calls before it have failed."""


@dataclass(frozen=True)
class State:
    """What is kept of a breaker from run to run.

    Args:
        name: of the breaker.
        failures: calls in a row that have failed.
        opened_at: seconds since 1970 at which it opened; null while it is closed.
    """

    name: str
    failures: int = 0
    opened_at: float | None = None


class CircuitBreaker:
    """A breaker whose state outlives the run, in the table ``circuit_breakers``.

    Args:
        spark: the session.
        catalog: catalog of the table.
        schema: schema of the table, which exists.
        name: what is called; each name has a state of its own.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        spark: SparkSession,
        catalog: str,
        schema: str,
        name: str,
        clock: Callable[..., float] = time.time,
    ):
        self.spark, self.catalog, self.schema = spark, catalog, schema
        self.name = name
        self.clock = clock

    def call(self, function: Callable[..., T]) -> T:
        """Call a function, unless the breaker is open.

        Args:
            function: does all its work when it is called: of a data frame, it writes or counts.

        Raises:
            CircuitOpen: it was not called.
        """
        state = self.read()
        if state.opened_at is not None:
            self.try_again(state, state.opened_at + RECOVERY)
        try:
            result = function()
        except Exception:
            failures = state.failures + 1
            opened_at = self.clock() if failures >= FAILURES else None
            self.note(State(self.name, failures, opened_at))
            raise
        if state.failures:
            self.note(State(self.name))
        return result

    def try_again(self, state: State, after: float) -> None:
        """Refuse a call before its time; after it, let one try while others are still refused.

        Args:
            state: that of an open breaker.
            after: seconds since 1970.
        """
        now = self.clock()
        if now < after:
            until = datetime.fromtimestamp(after, timezone.utc)
            raise CircuitOpen(
                f"{self.name} has failed {state.failures} times in a row: "
                f"it is not tried again before {until:%Y-%m-%d %H:%M:%S} UTC."
            )
        self.write(State(self.name, state.failures, now))

    def read(self) -> State:
        """Return the state; a breaker that has never seen a failure is closed."""
        if not tables.exists(self.spark, self.catalog, self.schema, TABLE):
            return State(self.name)
        kept = tables.read(self.spark, self.catalog, self.schema, TABLE)
        row = kept.where(kept["name"] == self.name).first()
        return State(*row) if row else State(self.name)

    def write(self, state: State) -> None:
        """Keep a state."""
        frame = self.spark.createDataFrame([astuple(state)], COLUMNS)
        tables.merge(frame, self.catalog, self.schema, TABLE, "name")

    def note(self, state: State) -> None:
        """Keep a state after a call, which ends as it has ended even where this fails."""
        try:
            self.write(state)
        except Exception:
            LOG.exception("No state in %s for %s", TABLE, self.name)
