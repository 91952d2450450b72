"""Logging commands: one a finding, from which Azure Pipelines reads back what we meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from reports import REPORTS, MadeUp, finding, several

from bundlewright.finding import INFO
from bundlewright.report.azure import render

pytestmark = pytest.mark.usefixtures("repository")


def read(line: str) -> tuple[dict[str, str], str]:
    """A logging command as the agent reads it: its properties and its message."""
    listed, message = re.fullmatch(r"##vso\[task\.logissue ([^\]]*)\](.*)", line).groups()
    properties = dict(one.split("=", 1) for one in listed.split(";") if one)
    return {key: unescape(value) for key, value in properties.items()}, unescape(message)


def unescape(text: str) -> str:
    signs = {"%3B": ";", "%0D": "\r", "%0A": "\n", "%5D": "]", "%AZP25": "%"}
    return re.sub("|".join(signs), lambda found: signs[found[0]], text)


def test_each_finding_is_a_line() -> None:
    assert render([several(), MadeUp(folder="fine")]) == (
        "BW000 no place\n"
        "##vso[task.logissue type=warning;sourcepath=databricks.yml;linenumber=2;columnnumber=1;"
        "code=BW101;]unknown field 'typo'\n"
        "##vso[task.logissue type=error;sourcepath=resources/etl.yml;linenumber=4;columnnumber=19;"
        "code=BW301;]task 'load' depends on 'extrct', which is no task here [prod]"
        "%0Aits tasks: resources/etl.yml:2:17%0Ahint: did you mean 'extract'?\n"
        "shop: 1 error, 1 warning, 1 info in targets dev, prod; "
        "1 can be fixed with --unsafe-fixes\n"
        "shop: no findings in targets dev, prod\n"
    )


def test_signs_of_the_syntax_are_escaped() -> None:
    report = MadeUp(finding(message="50%: a;]", place=("a;b]%.yml", 1, 1)))
    assert render([report]).splitlines()[0] == (
        "##vso[task.logissue type=error;sourcepath=a%3Bb%5D%AZP25.yml;linenumber=1;columnnumber=1;"
        "code=BW301;]50%AZP25: a;]"
    )


@pytest.mark.parametrize("name", ["##vso[task.complete]a", "a ##[error]b"])
def test_the_name_of_a_bundle_is_no_command(name: str) -> None:
    (line,) = render([MadeUp(name=name)]).splitlines()
    assert "##" not in line


def test_paths_are_relative_to_the_repository(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUILD_SOURCESDIRECTORY", str(repository.parent))
    line = render([MadeUp(finding(), folder="bundle")]).splitlines()[0]
    assert read(line)[0]["sourcepath"] == f"{repository.name}/bundle/databricks.yml"


@given(REPORTS)
def test_it_is_a_line_a_finding_whatever_the_text(reports: list[MadeUp]) -> None:
    lines = render(reports).split("\n")
    assert lines.pop() == ""
    for report in reports:
        for one in report.findings:
            line = lines.pop(0)
            if one.severity == INFO:
                assert "##" not in line
                continue
            properties, message = read(line)
            assert (properties["type"], properties["code"]) == (one.severity, one.code)
            assert properties.get("linenumber", "0") == str(one.line)
            assert message.count("\n") == len(one.related) + bool(one.hint)
        assert "##" not in lines.pop(0)
    assert lines == []
