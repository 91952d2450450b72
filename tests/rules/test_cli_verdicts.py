"""The profile `cli` on bundles with the real CLI's verdicts, where those are at hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bundlewright.checking import check

SHARED = Path(__file__).resolve().parents[3] / "shared"
SAME_VERDICTS = (
    0.994  # one case's folder has pattern characters in its name, which it had not there
)
SAME_PLACES = 1.0

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="needs the folder `shared` beside the repo, with the CLI's verdicts"
)


def test_verdicts_and_places_are_the_clis() -> None:
    verdicts = json.loads((SHARED / "corpus" / "verdicts.json").read_text(encoding="utf-8"))
    other_verdicts, other_places, runs, places = [], [], 0, 0
    for case, targets in verdicts.items():
        for target, verdict in targets.items():
            runs += 1
            names = None if target == "(default)" else [target]
            report = check(SHARED / "corpus" / "cases" / case, names, "cli")
            if bool(report.count("error")) != bool(verdict["exit"]):
                other_verdicts.append((case, target, report.findings))
            ours = {f"{finding.file}:{finding.line}" for finding in report.findings}
            related = [place for finding in report.findings for place, _ in finding.related]
            ours |= {f"{file}:{line}" for file, line, _ in related}
            for diagnostic in verdict["diagnostics"]:
                for place in diagnostic["in"]:
                    places += 1
                    if place.rpartition(":")[0] not in ours:
                        other_places.append((case, target, place))
    assert len(other_verdicts) <= runs * (1 - SAME_VERDICTS), other_verdicts
    assert len(other_places) <= places * (1 - SAME_PLACES), other_places


def test_the_reference_bundle_is_sound() -> None:
    # It defines a job cluster that no task runs on, to show that the CLI takes it.
    found = check(SHARED / "reference", profile="strict").findings
    assert [one.code for one in found if one.severity != "info"] == ["BW406"]
