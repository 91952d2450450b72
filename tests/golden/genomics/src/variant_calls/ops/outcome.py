"""What a step tells the tasks after it, and everybody who asks how it went."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SUCCESS = "SUCCESS"
NO_DATA = "NO_DATA"
FAILED = "FAILED"


@dataclass(frozen=True)
class Outcome:
    """How a step ended.

    Args:
        record_count: rows that it read or wrote.
        status: ``SUCCESS``, or ``NO_DATA`` where there was nothing to do;
            ``FAILED`` is an exception's.
        values: what else there is to tell.
    """

    record_count: int = 0
    status: str = SUCCESS
    values: Mapping[str, str] = field(default_factory=dict)


def counted(records: int) -> Outcome:
    """Return the outcome of a step that handled so many rows: none are ``NO_DATA``."""
    return Outcome(records, SUCCESS if records else NO_DATA)
