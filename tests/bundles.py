"""Writes bundles for the tests of the checker."""

from __future__ import annotations

import textwrap
from pathlib import Path

from bundlewright.checking import check
from bundlewright.finding import INFO, Finding


def write_bundle(folder: Path, text: str) -> Path:
    """Writes a bundle from text, as the examples of rules have it.

    Args:
        folder: where to.
        text: `databricks.yml`; a line `@ path` begins another file.
    """
    path, lines = "databricks.yml", []
    files = {path: lines}
    for line in textwrap.dedent(text).splitlines():
        if line.startswith("@ "):
            path, lines = line.removeprefix("@ "), []
            files[path] = lines
        else:
            lines.append(line)
    for path, lines in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def findings(folder: Path, text: str, *, info: bool = False, **options: object) -> list[Finding]:
    """Writes a bundle and returns what a check of it finds.

    Args:
        folder: where to write it.
        text: see `write_bundle`.
        info: whether good practice counts, of which small examples have little.
        options: for `check`.
    """
    found = check(write_bundle(folder, text), **options).findings
    return [one for one in found if info or one.severity != INFO]


def codes(folder: Path, text: str, **options: object) -> list[str]:
    """Writes a bundle and returns the codes that a check of it finds, in order.

    Takes the options of `findings`.
    """
    return [finding.code for finding in findings(folder, text, **options)]
