"""Replay: dead letters that break no rule any more come back into the clean tables."""

from pyspark.sql import SparkSession

from ..ops.outcome import Outcome, counted
from . import dead_letters, tables, transform
from .entities import ENTITIES


def run(spark: SparkSession, catalog: str, schema: str) -> Outcome:
    """Move what today's rules accept into ``clean_<entity>``, where the latest row of a key wins.

    Then the letters are marked, so that from now on ``transform`` takes them for delivered. A run
    that fails in between can be repeated.

    Returns:
        The number of letters that came back.
    """
    dead_letters.create(spark, catalog, schema)
    letters = tables.read(spark, catalog, schema, dead_letters.TABLE)
    waiting = letters.where(f"status = '{dead_letters.OPEN}'")
    came_back = 0
    for entity, known in ENTITIES.items():
        accepted = dead_letters.accepted(entity, waiting)
        if count := accepted.count():
            clean = transform.read_clean(spark, catalog, schema, entity)
            # The table may be older than the code, and have other columns.
            rows = clean.unionByName(accepted.drop("record_id"), allowMissingColumns=True)
            tables.write(transform.latest(rows, known.key), catalog, schema, f"clean_{entity}")
            dead_letters.mark_replayed(accepted, catalog, schema, entity)
            came_back += count
    return counted(came_back)
