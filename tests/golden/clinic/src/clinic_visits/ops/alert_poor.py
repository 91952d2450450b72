"""The end of a run whose load is too poor to use."""

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from ..etl import tables
from .check_quality import AT_LEAST, FAIR, TABLE, Check
from .outcome import Outcome


class PoorQuality(RuntimeError):
    """The load was not used. It names the rules that too many rows break."""


def run(spark: SparkSession, catalog: str, schema: str, run_id: str = "") -> Outcome:
    """Fail, so that the run fails and its alerts go out; the tables stay as they were.

    Raises:
        PoorQuality: always.
    """
    measured = tables.read(spark, catalog, schema, TABLE).where(F.col("run_id") == run_id)
    # A run that was repaired has measured more than once.
    latest = measured.agg(F.max("checked_at").alias("checked_at"))
    rows = measured.join(latest, "checked_at").select("entity", "rule", "checked", "passed")
    checks = sorted((Check(*row) for row in rows.collect()), key=lambda check: check.share)
    broken = [
        f"{check.entity}: {check.rule} ({check.checked - check.passed} of {check.checked})"
        for check in checks
        if check.share < AT_LEAST[FAIR]
    ]
    raise PoorQuality("; ".join(broken) or "The load is too poor to use.")
