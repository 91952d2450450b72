"""What the steps know of an entity."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entity:
    """What the steps know of an entity.

    Args:
        delivered: columns in the source, all text: what is a number or a date is decided later.
    """

    delivered: list[str]

    @property
    def schema(self) -> str:
        """Schema of the delivered columns."""
        return ", ".join(f"{column} STRING" for column in self.delivered)
