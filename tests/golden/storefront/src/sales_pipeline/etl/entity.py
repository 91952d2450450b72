"""What the steps know of an entity, and what its columns are made with."""

from collections.abc import Callable
from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F


@dataclass(frozen=True)
class Entity:
    """What the steps know of an entity.

    Args:
        delivered: columns in the source, all text: what is a number or a date is decided later.
        key: column that tells one row from another.
        columns: returns the columns of the clean table, out of the delivered ones.
        rules: SQL over the clean columns that holds for a valid row, by what its breach means.
    """

    delivered: list[str]
    key: str
    columns: Callable[..., list[Column]]
    rules: dict[str, str]

    @property
    def schema(self) -> str:
        """Schema of the delivered columns."""
        return ", ".join(f"{column} STRING" for column in self.delivered)


def text(column: str) -> Column:
    """Trim a column; what is left empty is null."""
    return F.nullif(F.trim(column), F.lit(""))


def parsed(column: str, data_type: str) -> Column:
    """Convert a text column; what does not parse is null, with ANSI mode on or off."""
    return F.expr(f"try_cast({column} AS {data_type})").alias(column)


def breaches(entity: Entity) -> Column:
    """Return the names of the rules that a row breaks, as an array; null breaks a rule, too."""
    kept = {name: F.coalesce(F.expr(rule), F.lit(False)) for name, rule in entity.rules.items()}
    return F.array_compact(F.array(*(F.when(~held, F.lit(name)) for name, held in kept.items())))


def valid(entity: Entity) -> Column:
    """Return the condition that a row breaks no rule."""
    return F.size(breaches(entity)) == 0
