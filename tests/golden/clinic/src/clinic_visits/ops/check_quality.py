"""Quality gate: rules are measured on the raw tables, and a score tells how the run goes on.

It looks at the load as a whole; ``transform`` deals with the single rows.
"""

from dataclasses import astuple, dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ..etl import tables, transform
from ..etl.entities import ENTITIES
from .outcome import Outcome

TABLE = "quality_checks"
COLUMNS = "entity STRING, rule STRING, checked BIGINT, passed BIGINT"
GOOD, FAIR, POOR = "GOOD", "FAIR", "POOR"
AT_LEAST = {GOOD: 0.75, FAIR: 0.5}  # share of rows that pass, of the rule that passes least
REFERENCES = {"customer_id": "customers", "product_id": "products"}  # of an order


@dataclass(frozen=True)
class Check:
    """A rule as it was measured.

    Args:
        entity: a key of ``ENTITIES``.
        rule: what is wrong with a row that breaks it.
        checked: rows that were looked at.
        passed: rows that keep it.
    """

    entity: str
    rule: str
    checked: int
    passed: int

    @property
    def share(self) -> float:
        """Share of the rows that keep the rule; where there are none, none breaks it."""
        return self.passed / self.checked if self.checked else 1.0


def measure(entity: str, raw: DataFrame, before: int) -> list[Check]:
    """Measure in a single pass what holds for the rows of an entity, and how many there are.

    Another version of a row is no repetition: ``transform`` takes the latest.

    Args:
        entity: a key of ``ENTITIES``.
        raw: its rows as delivered.
        before: rows that the last load left in the clean table; one row there must be at least.
    """
    known = ENTITIES[entity]
    kept = [F.count_if(F.expr(rule)).alias(name) for name, rule in known.rules.items()]
    single = F.count_distinct(F.struct("*"))
    [counts] = raw.select(*known.columns()).agg(F.count("*"), single, *kept).collect()
    rows, *passed = counts
    rules = ("repeated row", *known.rules)
    checks = [Check(entity, rule, rows, count) for rule, count in zip(rules, passed, strict=True)]
    expected = max(before, 1)
    return [Check(entity, "fewer rows than before", expected, min(rows, expected)), *checks]


def measure_references(raw: dict[str, DataFrame]) -> list[Check]:
    """Measure how many of the customers and products that orders name were delivered, too.

    Args:
        raw: the rows as delivered, by entity.
    """
    checks = []
    orders = raw["orders"].select(*ENTITIES["orders"].columns())
    for column, entity in REFERENCES.items():
        delivered = raw[entity].select(*ENTITIES[entity].columns()).select(column).distinct()
        found = orders.join(delivered.withColumn("found", F.lit(1)), column, "left")
        [(checked, passed)] = found.agg(F.count(column), F.count("found")).collect()
        checks.append(Check("orders", f"unknown {column}", checked, passed))
    return checks


def score(checks: list[Check]) -> str:
    """Return ``GOOD``, ``FAIR`` or ``POOR``: a load is as good as its worst rule."""
    worst = min((check.share for check in checks), default=0.0)
    return next((name for name, share in AT_LEAST.items() if worst >= share), POOR)


def keep(spark: SparkSession, catalog: str, schema: str, checks: list[Check], run_id: str) -> None:
    """Add what was measured to ``quality_checks``."""
    frame = spark.createDataFrame([astuple(check) for check in checks], COLUMNS).select(
        F.lit(run_id).alias("run_id"), "*", F.current_timestamp().alias("checked_at")
    )
    tables.append(frame, catalog, schema, TABLE)


def run(spark: SparkSession, catalog: str, schema: str, run_id: str = "") -> Outcome:
    """Measure all rules, keep what was found, and set the task value ``quality_score``."""
    raw = {name: tables.read(spark, catalog, schema, f"raw_{name}") for name in ENTITIES}
    checks = measure_references(raw)
    for entity, frame in raw.items():
        before = transform.read_clean(spark, catalog, schema, entity).count()
        checks += measure(entity, frame, before)
    keep(spark, catalog, schema, checks, run_id)
    return Outcome(len(checks), values={"quality_score": score(checks)})
