"""Text for people: the places, the excerpts with what they underline, summaries, and colours."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from reports import REPORTS, MadeUp, finding, several

from bundlewright.checking import check
from bundlewright.finding import ERROR, INFO, WARNING, Fix
from bundlewright.report.text import render, summary, wants_colour

pytestmark = pytest.mark.usefixtures("repository")

SEVERAL = """\
info BW000 no place

databricks.yml:2:1: warning BW101 unknown field 'typo'
  |
2 | typo: 1
  | ^^^^

resources/etl.yml:4:19: error BW301 task 'load' depends on 'extrct', which is no task here [prod]
  |
4 |       - task_key: extrct
  |                   ^^^^^^
  = its tasks: resources/etl.yml:2:17
  = hint: did you mean 'extract'?

shop: 1 error, 1 warning, 1 info in targets dev, prod; 1 can be fixed with --unsafe-fixes
"""


def test_each_finding_is_shown_in_its_source() -> None:
    assert render([several()]) == SEVERAL


def test_bundles_come_one_after_the_other() -> None:
    fine = MadeUp(name="fine", folder="fine")
    wrong = MadeUp(finding(), folder="wrong", sources={"databricks.yml": "bundle:\n"})
    assert render([fine, fine, wrong, fine]) == (
        "fine: no findings in targets dev, prod\n"
        "fine: no findings in targets dev, prod\n"
        "\n"
        "wrong/databricks.yml:1:1: error BW301 it is wrong\n"
        "  |\n"
        "1 | bundle:\n"
        "  | ^^^^^^\n"
        "\n"
        "shop: 1 error in targets dev, prod\n"
        "fine: no findings in targets dev, prod\n"
    )


def test_places_are_relative_to_the_current_folder(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = MadeUp(finding(related=[(("a.yml", 3, 4), "first here")]))
    (repository / "src").mkdir()
    monkeypatch.chdir(repository / "src")
    lines = render([report]).splitlines()
    assert lines[0] == "../databricks.yml:1:1: error BW301 it is wrong"
    assert lines[1] == "  = first here: ../a.yml:3:4"


@pytest.mark.parametrize(
    ("line", "column", "token"),
    [
        ("name: etl", 1, "name"),
        ("name: etl  # why", 7, "etl"),
        ("name: a b: c", 7, "a b"),
        ("name: a:b#c, d]", 7, "a:b#c, d]"),
        ("name: 'it''s: a' # why", 7, "'it''s: a'"),
        (r'name: "a \" # b": c', 7, r'"a \" # b"'),
        ("name: 'not closed", 7, "'not closed"),
        ("name: ${var.a}", 7, "${var.a}"),
        ("x: {a: ${b}, c: [d, e]}", 17, "[d, e]"),
        ("x: {a: {b: c}}", 4, "{"),
        ("x: {a: [b, c e], d: f}", 12, "c e"),
        ("x: {'}': b, c: d}", 10, "b"),
        ("x: {a: b}", 5, "a"),
        ("- - a", 3, "-"),
        ("- -a", 3, "-a"),
        ("x: &anchor", 4, "&anchor"),
        ("x: |-", 4, "|-"),
        ("a: 1 # ignore: this", 6, "# ignore: this"),
        ("a", 9, ""),
        ("", 1, ""),
    ],
)
def test_what_stands_at_the_place_is_underlined(line: str, column: int, token: str) -> None:
    shown, carets = excerpt(line, column)
    assert shown == line
    assert carets == " " * min(column - 1, len(line)) + "^" * max(len(token), 1)


def excerpt(line: str, column: int) -> tuple[str, str]:
    """The two lines that show a source line of its own, without their margins."""
    place = ("a.yml", 1, column)
    report = MadeUp(finding(place=place), sources={"a.yml": line + "\n"})
    _, _, shown, carets, *_ = render([report]).split("\n")
    assert shown.startswith("1 | ")
    assert carets.startswith("  | ")
    return shown[4:], carets[4:]


@pytest.mark.parametrize(
    ("line", "column", "shown", "carets"),
    [
        ("名前: [値, b]", 6, "名前: [値, b]", " " * 7 + "^^"),
        ("🚚: a", 4, "🚚: a", " " * 4 + "^"),
        ("e\u0301: a", 5, "e\u0301: a", " " * 3 + "^"),
        ("\ta:\tb", 5, "\ta:\tb", "\t  \t^"),
        ("a: x\x1b[2Jy", 4, r"a: x\x1b[2Jy", " " * 3 + "^" * 9),
        ("\x1b: a", 4, r"\x1b: a", " " * 6 + "^"),
        ("a: b # \x1b", 4, r"a: b # \x1b", " " * 3 + "^"),
        ("a: \u202eb", 4, r"a: \u202eb", " " * 3 + "^" * 7),
    ],
)
def test_it_is_underlined_where_a_terminal_shows_it(
    line: str, column: int, shown: str, carets: str
) -> None:
    assert excerpt(line, column) == (shown, carets)


@pytest.mark.parametrize(
    ("column", "shown", "carets"),
    [
        (1, "a: " + "x" * 117 + "...", "^"),
        (4, "a: " + "x" * 117 + "...", " " * 3 + "^" * 117),
        (204, "..." + "x" * 58 + ": " + "y" * 60 + "...", " " * 63 + "^" * 60),
        (503, "..." + "y" * 120, " " * 122 + "^"),
    ],
)
def test_a_long_line_is_cut_around_the_place(column: int, shown: str, carets: str) -> None:
    line = "a: " + "x" * 198 + ": " + "y" * 300
    assert excerpt(line, column) == (shown, carets)


def test_a_line_of_many_quotes_is_no_work() -> None:
    shown, carets = excerpt('"\\' * 200_000, 390_000)
    assert len(shown) == 126
    assert carets.strip("^ ") == ""


@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbftypo: 1\nbundle: {name: b}\n", b"typo: 1\r\nbundle: {name: b}\r\n"],
    ids=["mark", "CRLF"],
)
def test_marks_and_line_ends_of_files_are_not_shown(repository: Path, content: bytes) -> None:
    (repository / "databricks.yml").write_bytes(content)
    assert render([check(repository)]).split("\n")[:4] == [
        "databricks.yml:1:1: warning BW101 unknown field 'typo'",
        "  |",
        "1 | typo: 1",
        "  | ^^^^",
    ]


@pytest.mark.parametrize(
    ("file", "line", "spelled"),
    [
        ("a.yml", 2, "a.yml:2:5"),
        ("unknown.yml", 1, "unknown.yml:1:5"),
        ("a.yml", 0, "a.yml"),
        ("a\x1b.yml", 1, r"a\x1b.yml:1:5"),
    ],
)
def test_a_place_without_source_is_named_only(file: str, line: int, spelled: str) -> None:
    report = MadeUp(finding(place=(file, line, 5), hint="look"), sources={"a.yml": "x: 1\n"})
    assert render([report]).splitlines()[:3] == [
        f"{spelled}: error BW301 it is wrong",
        "  = hint: look",
        "",
    ]


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (MadeUp(), "shop: no findings in targets dev, prod"),
        (MadeUp(targets=("dev",)), "shop: no findings in target dev"),
        (MadeUp(finding(), finding(), targets=()), "shop: 2 errors; no target was judged"),
        (MadeUp(name=None, folder="x/store"), "store: no findings in targets dev, prod"),
        (MadeUp(name="a\nb\x1b"), r"a\nb\x1b: no findings in targets dev, prod"),
        (
            MadeUp(*(finding(severity=one) for one in (WARNING, WARNING, INFO, ERROR))),
            "shop: 1 error, 2 warnings, 1 info in targets dev, prod",
        ),
        (
            MadeUp(finding(fix=Fix(True)), finding(fix=Fix(True)), finding(fix=Fix(False))),
            "shop: 3 errors in targets dev, prod; "
            "2 can be fixed with --fix, 1 more with --unsafe-fixes",
        ),
        (
            MadeUp(finding(fix=Fix(True)), finding()),
            "shop: 2 errors in targets dev, prod; 1 can be fixed with --fix",
        ),
        (
            MadeUp(known=12, outdated=1),
            "shop: no findings in targets dev, prod; 12 known from the baseline; "
            "1 of the baseline are no more",
        ),
    ],
)
def test_the_summary_counts(report: MadeUp, line: str) -> None:
    assert summary(report) == line


@given(REPORTS)
def test_no_text_of_a_bundle_steers_the_terminal(reports: list[MadeUp]) -> None:
    text = render(reports)
    assert not re.search(r"[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    heads = re.findall(r"^(?:.*:\d+:\d+: )?(?:error|warning|info) BW", text, re.MULTILINE)
    assert len(heads) >= sum(len(report.findings) for report in reports)


def test_colour_only_adds_to_the_text() -> None:
    coloured = render([several()], colour=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == SEVERAL
    assert "\x1b[1;31merror BW301\x1b[0m task" in coloured
    assert "\x1b[1;33mwarning BW101\x1b[0m" in coloured
    assert coloured.count("\x1b[0m") * 2 == coloured.count("\x1b[")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "wanted"),
    [
        (io.StringIO(), {}, False),
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        (io.StringIO(), {"FORCE_COLOR": ""}, False),
        (io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_who_wants_colour(stream: io.StringIO, environ: dict[str, str], wanted: bool) -> None:
    assert wants_colour(stream, environ) is wanted
