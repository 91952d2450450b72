"""Workflow commands: one a finding, from which GitHub reads back what we meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from reports import REPORTS, MadeUp, finding, several

from bundlewright.report.github import render

pytestmark = pytest.mark.usefixtures("repository")


def read(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as the runner reads it: its name, its properties and its message."""
    head, message = re.fullmatch(r"::([^:]*)::(.*)", line, re.DOTALL).groups()
    name, _, listed = head.partition(" ")
    properties = dict(one.split("=", 1) for one in listed.split(","))
    return name, {key: unescape(value) for key, value in properties.items()}, unescape(message)


def unescape(text: str) -> str:
    return re.sub("%([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), text)


def test_each_finding_is_a_command() -> None:
    assert render([several(), MadeUp(folder="fine")]) == (
        "::notice title=BW000::no place\n"
        "::warning file=databricks.yml,line=2,col=1,title=BW101::unknown field 'typo'\n"
        "::error file=resources/etl.yml,line=4,col=19,title=BW301::"
        "task 'load' depends on 'extrct', which is no task here [prod]"
        "%0Aits tasks: resources/etl.yml:2:17%0Ahint: did you mean 'extract'?\n"
        "shop: 1 error, 1 warning, 1 info in targets dev, prod; "
        "1 can be fixed with --unsafe-fixes\n"
        "shop: no findings in targets dev, prod\n"
    )


def test_signs_of_the_syntax_are_escaped() -> None:
    report = MadeUp(finding(message="50%: a,\n<b>", place=("a:b,\r\nc%d.yml", 1, 1)))
    assert render([report]).splitlines()[0] == (
        r"::error file=a%3Ab%2C%0D%0Ac%25d.yml,line=1,col=1,title=BW301::50%25: a,\n<b>"
    )


@pytest.mark.parametrize("name", ["::add-mask::a", " ::stop-commands::x", "a ##[add-mask]b"])
def test_the_name_of_a_bundle_is_no_command(name: str) -> None:
    (line,) = render([MadeUp(name=name)]).splitlines()
    assert not re.search(r"^\s*::|##\[", line)


@pytest.mark.parametrize(
    ("variable", "root", "path"),
    [
        (None, "", "bundle/databricks.yml"),
        ("GITHUB_WORKSPACE", "..", "{}/bundle/databricks.yml"),
        ("CI_PROJECT_DIR", "bundle", "databricks.yml"),
        ("GITHUB_WORKSPACE", "elsewhere", "bundle/databricks.yml"),
        ("GITHUB_WORKSPACE", "bund", "bundle/databricks.yml"),
    ],
)
def test_paths_are_relative_to_the_repository(
    repository: Path, monkeypatch: pytest.MonkeyPatch, variable: str | None, root: str, path: str
) -> None:
    if variable:
        monkeypatch.setenv(variable, str((repository / root).resolve()))
    line = render([MadeUp(finding(), folder="bundle")]).splitlines()[0]
    assert read(line)[1]["file"] == path.format(repository.name)


@pytest.mark.parametrize(
    ("folder", "file"), [("../other", "databricks.yml"), ("bundle", "../../other/databricks.yml")]
)
def test_a_file_outside_of_the_repository_has_an_absolute_path(
    repository: Path, folder: str, file: str
) -> None:
    line = render([MadeUp(finding(place=(file, 1, 1)), folder=folder)]).splitlines()[0]
    assert read(line)[1]["file"] == str(repository.parent / "other" / "databricks.yml")


@given(REPORTS)
def test_it_is_a_line_a_finding_whatever_the_text(reports: list[MadeUp]) -> None:
    lines = render(reports).split("\n")
    assert lines.pop() == ""
    for report in reports:
        for one in report.findings:
            name, properties, message = read(lines.pop(0))
            assert name in ("error", "warning", "notice")
            assert properties["title"] == one.code
            assert properties.get("line", "0") == str(one.line)
            assert message.count("\n") == len(one.related) + bool(one.hint)
        assert not lines.pop(0).startswith("::")
    assert lines == []
