"""Lists the pins of the template that were looked up long ago: `nox -s pins`.

The pins are those of includes/data/versions.jinja. Whoever looks one up again writes the new day
beside it, whether its version has changed or not.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

ROOT = Path(__file__).resolve().parents[1]
TABLE = "includes/data/versions.jinja"
OLD = 60  # days


@dataclass(frozen=True)
class Pin:
    """One entry of the table."""

    name: str
    version: str
    looked_up: date
    hash: str = ""  # of the commit or the image, where one is pinned


def read_pins(template: Path = ROOT) -> list[Pin]:
    """Returns the entries of the table, in its order."""
    environment = Environment(
        loader=FileSystemLoader(template),
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
    )
    table = environment.get_template(TABLE).module.pins  # type: ignore[attr-defined]
    return [
        Pin(
            name,
            entry["version"],
            date.fromisoformat(entry["looked_up"]),
            entry.get("commit") or entry.get("digest", ""),
        )
        for name, entry in table.items()
    ]


def old_pins(pins: Sequence[Pin], today: date, days: int = OLD) -> list[Pin]:
    """Returns the pins that were looked up more than so many days ago, the oldest first."""
    old = [pin for pin in pins if (today - pin.looked_up).days > days]
    return sorted(old, key=lambda pin: (pin.looked_up, pin.name))


def main() -> None:
    """Prints the pins that are older than the option says, the oldest first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=OLD, help="what counts as long ago")
    days = parser.parse_args().days
    pins, today = read_pins(), date.today()
    old = old_pins(pins, today, days)
    for pin in old:
        age = (today - pin.looked_up).days
        print(f"{pin.name} {pin.version}: looked up on {pin.looked_up}, {age} days ago")
    print(f"{len(old)} of {len(pins)} pins in {TABLE} were looked up more than {days} days ago.")


if __name__ == "__main__":
    main()
