"""Comments that ignore findings: what they hold for, and that none is left over."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundles import findings

BUNDLE = """\
bundle: {name: b}
resources:
  jobs:
    # one
    etl:
      name: etl # two
      typo: 1 # three
      tasks:
        # four
        - task_key: a
          notebook_task: {notebook_path: /x}
          # five

          # more
          typo: 2
        - task_key: b
          notebook_task: {notebook_path: /x}
          typo: 3
    other:
      name: other
      typo: 4
"""
LINES = {"1": 7, "2": 15, "3": 18, "4": 21}


def left(folder: Path, **comments: str) -> list[str]:
    """The typos that are still found, and the lines of comments that ignore nothing."""
    text = BUNDLE
    for place, comment in comments.items():
        text = text.replace(f"# {place}\n", f"# bundlewright: {comment}\n")
    found = findings(folder, text)
    names = {line: name for name, line in LINES.items()}
    return [
        names[one.line] if one.code == "BW101" else f"{one.code}:{one.line}"
        for one in found
        if one.code in ("BW101", "BW050")
    ]


@pytest.mark.parametrize(
    ("comments", "expected"),
    [
        ({}, ["1", "2", "3", "4"]),
        ({"three": "ignore[BW101] for another tool"}, ["2", "3", "4"]),
        ({"one": "ignore[BW101]"}, ["4"]),
        ({"four": "ignore[BW101]"}, ["1", "3", "4"]),
        ({"five": "ignore[BW101]"}, ["1", "3", "4"]),
        ({"five": "ignore[BW999, BW101]"}, ["1", "3", "4"]),
        ({"two": "ignore[BW101]"}, ["BW050:6", "1", "2", "3", "4"]),
        ({"three": "ignore[BW301]"}, ["1", "BW050:7", "2", "3", "4"]),
        ({"three": "ignore"}, ["1", "BW050:7", "2", "3", "4"]),
        ({"three": "ignore[]"}, ["1", "BW050:7", "2", "3", "4"]),
        ({"three": "disable[BW101]"}, ["1", "BW050:7", "2", "3", "4"]),
        ({"three": "ignore[all of them]"}, ["1", "BW050:7", "2", "3", "4"]),
    ],
)
def test_what_a_comment_holds_for(
    tmp_path: Path, comments: dict[str, str], expected: list[str]
) -> None:
    assert left(tmp_path, **comments) == expected


def test_a_text_is_no_comment(tmp_path: Path) -> None:
    text = """\
    bundle: {name: b}
    typo: |
      # bundlewright: ignore[BW101]
    name: "# bundlewright: ignore[BW101]"
    """
    assert [one.code for one in findings(tmp_path, text)] == ["BW101", "BW101"]


def test_a_comment_about_a_rule_that_is_not_asked_is_left_alone(tmp_path: Path) -> None:
    text = "bundle: {name: b} # bundlewright: ignore[BW012]\n"
    assert findings(tmp_path, text) == []
    assert [one.code for one in findings(tmp_path, text, profile="strict")] == ["BW050"]


def test_the_cli_knows_no_comments(tmp_path: Path) -> None:
    text = "bundle: {name: b}\ntypo: 1 # bundlewright: ignore[BW101]\n"
    assert findings(tmp_path, text) == []
    assert [one.code for one in findings(tmp_path, text, profile="cli")] == ["BW101"]


def test_a_comment_in_a_broken_file_breaks_nothing(tmp_path: Path) -> None:
    text = "bundle: {name: b} # bundlewright: ignore[BW101]\nx: [\n"
    assert [one.code for one in findings(tmp_path, text)] == ["BW001"]


def test_where_not_all_is_judged_nothing_is_said_to_be_useless(tmp_path: Path) -> None:
    text = """\
    bundle: {name: b}
    targets:
      dev: {default: true}
      prod: {mode: prod} # bundlewright: ignore[BW704]
    """
    assert findings(tmp_path / "all", text) == []
    assert findings(tmp_path / "one", text, targets=["dev"]) == []
