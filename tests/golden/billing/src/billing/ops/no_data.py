"""What happens when nothing has arrived: the run ends well and says so."""

from pyspark.sql import SparkSession

from .outcome import NO_DATA, Outcome


def run(spark: SparkSession, catalog: str, schema: str) -> Outcome:
    """Return ``NO_DATA``; the tables stay as they were."""
    return Outcome(status=NO_DATA)
