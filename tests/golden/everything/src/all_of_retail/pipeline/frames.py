"""What the pipeline does with rows, by the rules of ``rules.py``."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from . import rules


def typed(delivered: DataFrame, entity: str, *more: str) -> DataFrame:
    """Type the rows of an entity; what does not parse is null.

    Args:
        delivered: rows of ``bronze_<entity>``.
        entity: a key of ``rules.TYPED``.
        more: further columns, as SQL expressions over the delivered ones.
    """
    columns = [f"{expression} AS {name}" for name, expression in rules.TYPED[entity].items()]
    return delivered.selectExpr(*columns, *more)


def broken_rules(entity: str) -> Column:
    """Return the names of the rules in ``rules.DROP`` that a typed row breaks."""
    checks = rules.DROP[entity].items()
    names = [f"CASE WHEN NOT ({rule}) THEN '{name}' END" for name, rule in checks]
    return F.expr(f"array_compact(array({', '.join(names)}))").alias("broken_rules")


def latest(silver: DataFrame, entity: str) -> DataFrame:
    """Keep the last updated row of each key; a hash settles ties, so every run agrees."""
    newest = F.max_by(F.struct("*"), F.struct("updated_at", F.xxhash64("*")))
    return silver.groupBy(rules.KEYS[entity]).agg(newest.alias("newest")).select("newest.*")
