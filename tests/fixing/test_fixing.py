"""Which fixes are made together, in which files, and how they are written and shown."""

from __future__ import annotations

import codecs
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bundlewright import fixing
from bundlewright.bundle.document import decode
from bundlewright.finding import ERROR, Finding, Fix
from bundlewright.fixing import ROUNDS, Plan, diff, plan, write

FILE = "databricks.yml"
Rule = Callable[[dict[str, str]], Iterator[Fix]]  # finds what it has fixes for in texts by name


class Report:
    """What a rule finds in a folder's files."""

    def __init__(self, root: Path, rule: Rule, unsaved: dict[str, bytes]) -> None:
        self.root = str(root)
        self.texts = {
            path.name: decode(unsaved.get(str(path)) or path.read_bytes())
            for path in sorted(root.glob("*.*"))
        }
        self.findings = [
            Finding("BW000", ERROR, "wrong", place=fix.edits[0][1], fix=fix)
            for fix in rule(self.texts)
        ]

    def source(self, name: str) -> list[str]:
        return self.texts[name].splitlines()


def planned(root: Path, rule: Rule, unsafe: bool = False) -> Plan:
    """Plans the fixes of a rule in a folder's files."""

    def check(unsaved: dict[str, bytes]) -> Report:
        return Report(root, rule, unsaved)

    return plan(check({}), check, unsafe)


def once(*fixes: Fix) -> Rule:
    """A rule that has some fixes the first time that it is asked."""
    waiting = [list(fixes)]
    return lambda texts: iter(waiting.pop() if waiting else ())


def replace(text: str, name: str = FILE, line: int = 1, column: int = 4) -> tuple:
    return "replace", (name, line, column), text


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    root = tmp_path / "bundle"
    root.mkdir()
    (root / FILE).write_bytes(b"a: 1\nb: 2\n")
    (root / "other.yml").write_bytes(b"a: 1\n")
    return root


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a: b # \xc3\xa9\r\n", b"a: c # \xc3\xa9\r\n"),
        (codecs.BOM_UTF8 + b"a: b\n", codecs.BOM_UTF8 + b"a: c\n"),
        ("a: b # é\n".encode("utf-16"), "a: c # é\n".encode("utf-16")),
        (
            codecs.BOM_UTF16_BE + "a: b # 😀\r\n".encode("utf-16-be"),
            codecs.BOM_UTF16_BE + "a: c # 😀\r\n".encode("utf-16-be"),
        ),
    ],
)
def test_a_file_keeps_its_encoding(bundle: Path, before: bytes, after: bytes) -> None:
    (bundle / FILE).write_bytes(before)
    result = planned(bundle, once(Fix(True, replace("c"))))
    assert result.changes == {FILE: (before, after)}
    assert (bundle / FILE).read_bytes() == before
    assert write(result) == []
    assert (bundle / FILE).read_bytes() == after


def test_unsafe_fixes_are_made_where_they_are_asked_for(bundle: Path) -> None:
    fixes = Fix(False, replace("x")), Fix(True, replace("y", line=2))
    assert planned(bundle, once(*fixes)).changes[FILE][1] == b"a: 1\nb: y\n"
    assert planned(bundle, once(*fixes), unsafe=True).changes[FILE][1] == b"a: x\nb: y\n"


def test_of_fixes_that_meet_the_first_is_made_and_the_other_waits(bundle: Path) -> None:
    def rule(texts: dict[str, str]) -> Iterator[Fix]:
        if "b: 2" in texts[FILE]:
            yield Fix(True, ("rename", (FILE, 2, 1), "c"))
            yield Fix(True, replace("x"), ("remove", (FILE, 2, 1), ""))
        elif "a: 1" in texts[FILE]:
            yield Fix(True, replace("y"))

    result = planned(bundle, rule)
    assert result.changes[FILE][1] == b"a: y\nc: 2\n"
    assert len(result.fixed) == 2
    assert result.report.findings == []


def test_one_edit_that_two_findings_want_is_made_once(bundle: Path) -> None:
    result = planned(bundle, once(Fix(True, replace("x")), Fix(True, replace("x"))))
    assert result.changes[FILE][1] == b"a: x\nb: 2\n"
    assert len(result.fixed) == 2


def test_a_fix_whose_edits_meet_is_refused(bundle: Path) -> None:
    meeting = Fix(True, ("remove", (FILE, 2, 1), ""), replace("x", line=2))
    result = planned(bundle, lambda texts: iter([meeting]))
    assert result.changes == {}
    assert [name for name, _ in result.refused] == [FILE]


def test_fixes_that_undo_each_other_end(bundle: Path) -> None:
    def rule(texts: dict[str, str]) -> Iterator[Fix]:
        yield Fix(True, replace("x" if "a: y" in texts[FILE] else "y"))

    result = planned(bundle, rule)
    assert len(result.fixed) == ROUNDS
    assert len(result.report.findings) == 1


def test_a_fix_is_made_in_all_its_files_or_in_none(bundle: Path) -> None:
    both = Fix(True, replace("x"), replace("x", "other.yml"))
    assert list(planned(bundle, once(both)).changes) == [FILE, "other.yml"]
    half = Fix(True, replace("x"), replace("x", "other.yml", line=2))
    result = planned(bundle, once(half, Fix(True, replace("y", line=2))))
    assert result.changes == {FILE: (b"a: 1\nb: 2\n", b"a: 1\nb: y\n")}
    assert len(result.fixed) == 1


def test_what_is_refused_is_told(bundle: Path) -> None:
    def rule(texts: dict[str, str]) -> Iterator[Fix]:
        yield Fix(True, replace("x", line=9))

    result = planned(bundle, rule)
    assert result.refused == [(FILE, "no scalar stands in line 9, column 4")]
    assert (result.changes, result.fixed) == ({}, [])


def test_a_file_that_would_change_too_much_is_left_alone(bundle: Path) -> None:
    (bundle / FILE).write_bytes(b"a: |+\n  1\nb: 2\n\n")

    def rule(texts: dict[str, str]) -> Iterator[Fix]:
        yield Fix(True, ("remove", (FILE, 3, 1), ""), replace("x", "other.yml"))

    result = planned(bundle, rule)
    assert result.changes == {}
    assert result.refused == [(FILE, "an edit would change more than it should")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a: b # \xff\n", "the file is not valid UTF-8"),
        (b"a: [\n", "the file is not valid YAML"),
    ],
)
def test_a_file_that_cannot_be_edited(bundle: Path, content: bytes, reason: str) -> None:
    (bundle / FILE).write_bytes(content)
    waiting = Fix(True, replace("x"))
    result = planned(bundle, lambda texts: iter([waiting]))
    assert result.refused == [(FILE, reason)]


def test_a_file_that_changed_while_it_was_checked_is_left_alone(bundle: Path) -> None:
    def rule(texts: dict[str, str]) -> Iterator[Fix]:
        (bundle / FILE).write_bytes(b"b: 2\na: 1\n")
        yield Fix(True, replace("x"))

    result = planned(bundle, rule)
    assert result.changes == {}
    assert result.refused == [(FILE, "the file has changed since it was checked")]


def test_a_file_that_changed_since_the_plan_is_left_alone(bundle: Path) -> None:
    result = planned(bundle, once(Fix(True, replace("x")), Fix(True, replace("x", "other.yml"))))
    (bundle / FILE).write_bytes(b"a: 3\n")
    assert write(result) == [(FILE, "the file has changed since it was checked")]
    assert (bundle / FILE).read_bytes() == b"a: 3\n"
    assert (bundle / "other.yml").read_bytes() == b"a: x\n"


def test_a_file_that_is_gone_or_read_only_is_told(bundle: Path) -> None:
    result = planned(bundle, once(Fix(True, replace("x")), Fix(True, replace("x", "other.yml"))))
    (bundle / FILE).unlink()
    (bundle / "other.yml").chmod(0o444)
    assert write(result) == [
        (FILE, "the file cannot be read: No such file or directory"),
        ("other.yml", "the file is read-only"),
    ]
    assert [path.name for path in bundle.iterdir()] == ["other.yml"]


def test_a_write_that_fails_leaves_nothing_behind(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    result = planned(bundle, once(Fix(True, replace("x"))))
    monkeypatch.setattr(fixing.os, "replace", full)
    assert write(result) == [(FILE, "the file cannot be written: No space left on device")]
    assert sorted(path.name for path in bundle.iterdir()) == [FILE, "other.yml"]
    assert (bundle / FILE).read_bytes() == b"a: 1\nb: 2\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755])
def test_a_file_keeps_its_mode(bundle: Path, mode: int) -> None:
    (bundle / FILE).chmod(mode)
    assert write(planned(bundle, once(Fix(True, replace("x"))))) == []
    assert (bundle / FILE).stat().st_mode & 0o777 == mode


def test_a_link_stays_a_link_and_one_file_of_two_names_is_edited_once(bundle: Path) -> None:
    (bundle / "link.yml").symlink_to(FILE)

    def rule(texts: dict[str, str]) -> Iterator[Fix]:
        for name in (FILE, "link.yml"):
            if "a: 1" in texts[name]:
                yield Fix(True, replace("x", name))

    result = planned(bundle, rule)
    assert len(result.fixed) == 2
    assert result.report.findings == []
    assert write(result) == []
    assert (bundle / "link.yml").is_symlink()
    assert (bundle / FILE).read_bytes() == b"a: x\nb: 2\n"


def test_no_file_outside_of_the_bundle_is_edited(bundle: Path) -> None:
    outside = bundle.parent / "outside.yml"
    outside.write_bytes(b"a: 1\n")
    (bundle / "link.yml").symlink_to(outside)
    fixes = [Fix(True, replace("x", name)) for name in ("link.yml", "../outside.yml", "")]
    result = planned(bundle, lambda texts: iter(fixes))
    reason = "the file is not in the bundle's folder"
    assert result.refused == [("link.yml", reason), ("../outside.yml", reason), ("", reason)]
    assert result.changes == {}


def test_a_link_that_came_after_the_plan_is_not_followed_outside(bundle: Path) -> None:
    result = planned(bundle, once(Fix(True, replace("x"))))
    outside = bundle.parent / "outside.yml"
    (bundle / FILE).rename(outside)
    (bundle / FILE).symlink_to(outside)
    assert write(result) == [(FILE, "the file is not in the bundle's folder")]
    assert outside.read_bytes() == b"a: 1\nb: 2\n"


@pytest.mark.parametrize(
    "content",
    [b"a: 1\nb: 2\n", b"a: 1\r\nb: 2", codecs.BOM_UTF8 + b"a: 1\nb: \xe2\x80\xa8\x0c\n# \xc2\x85"],
)
def test_git_applies_the_diff(bundle: Path, content: bytes) -> None:
    (bundle / FILE).write_bytes(content)
    result = planned(bundle, once(Fix(True, replace("x")), Fix(True, replace("y", "other.yml"))))
    patch = diff(result).encode()
    assert b"--- a/other.yml\n+++ b/other.yml\n@@ -1 +1 @@\n-a: 1\n+a: y\n" in patch
    subprocess.run(["git", "apply", "-"], input=patch, cwd=bundle, check=True)
    for name, (_, after) in result.changes.items():
        assert (bundle / name).read_bytes() == after


def test_without_changes_there_is_no_diff(bundle: Path) -> None:
    assert diff(planned(bundle, once())) == ""
