"""A baseline: an old bundle's findings are known, and what is new is seen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bundles import write_bundle

from bundlewright import baseline
from bundlewright.checking import check

BUNDLE = "bundle: {name: b}\nresources: {jobs: {etl: {name: etl, typo: 1}, other: {typo: 2}}}\n"


def split(folder: Path, text: str, known: Path) -> tuple[list[str], int, int]:
    report = check(write_bundle(folder, text))
    new, count, outdated = baseline.split_off(report.findings, baseline.read(str(known)))
    return [one.message for one in new], count, outdated


def test_what_is_known_stays_known_when_lines_move(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    found = check(write_bundle(tmp_path, BUNDLE)).findings
    baseline.write(str(file), found)
    total = len(found)
    assert split(tmp_path, BUNDLE, file) == ([], total, 0)
    assert split(tmp_path, "# moved\n\n" + BUNDLE, file) == ([], total, 0)
    assert split(tmp_path, BUNDLE + "typo: 1\n", file) == (["unknown field 'typo'"], total, 0)
    assert split(tmp_path, BUNDLE.replace(", typo: 1", ""), file) == ([], total - 1, 1)


def test_people_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    baseline.write(
        str(file), check(write_bundle(tmp_path, "bundle: {name: b}\ntypo: 1\n")).findings
    )
    [entry] = json.loads(file.read_text(encoding="utf-8"))["findings"]
    assert (entry["code"], entry["file"], entry["path"]) == ("BW101", "databricks.yml", "typo")


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"version": 2, "findings": []}', '{"version": 1, "findings": [1]}']
)
def test_what_is_no_baseline_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "known.json"
    file.write_text(content)
    with pytest.raises(baseline.BadBaseline, match=r"known\.json: is"):
        baseline.read(str(file))
    with pytest.raises(baseline.BadBaseline, match="cannot be read"):
        baseline.read(str(tmp_path))
    with pytest.raises(baseline.BadBaseline, match="cannot be written"):
        baseline.write(str(tmp_path / "nowhere" / "known.json"), [])
