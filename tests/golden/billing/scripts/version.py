"""The version of the wheel: a number, and a hash of what the wheel is made of.

Equal sources give a wheel of the same name, so that a plan after a deploy has nothing to change;
changed ones give another name, so that a deploy changes the jobs that install it.
`pyproject.toml` has the number: https://hatch.pypa.io/latest/plugins/version-source/code/
"""

import hashlib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def sources() -> list[Path]:
    """Return the files that the wheel is made of, in an order that is the same everywhere."""
    package = [path for path in ROOT.glob("src/billing/**/*") if path.is_file()]
    return [
        ROOT / "pyproject.toml",
        *sorted(path for path in package if "__pycache__" not in path.parts),
    ]


def of_sources(number: str) -> str:
    """Return the version, such as 0.1.0+h3fa9c1d20b47; the letter keeps it from being a number."""
    found = hashlib.sha256()
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        found.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return f"{number}+h{found.hexdigest()[:12]}"
