"""What a team decides about the rules: where it is read from, and what it does."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundles import write_bundle

from bundlewright.checking import check
from bundlewright.settings import BadSettings, read_settings

BUNDLE = """\
bundle: {name: b}
include: [resources/*.yml]
typo: 1
@ resources/a.yml
resources: {jobs: {etl: {name: '${var.nope}', typo: 1}}}
"""


def judged(folder: Path, toml: str, file: str = "bundlewright.toml") -> list[tuple[str, str, str]]:
    write_bundle(folder, BUNDLE)
    (folder / file).write_text(toml, encoding="utf-8")
    report = check(folder, settings=read_settings(str(folder)))
    return [
        (one.code, one.severity, one.file)
        for one in report.findings
        if one.code in ("BW101", "BW201")
    ]


IN_ROOT = ("BW101", "warning", "databricks.yml")
IN_A = ("BW101", "warning", "resources/a.yml")
NOPE = ("BW201", "error", "resources/a.yml")


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("", [IN_ROOT, NOPE, IN_A]),
        ('ignore = ["BW101"]', [NOPE]),
        ('ignore = ["BW1", "BW2"]', []),
        ('select = ["BW2"]', [NOPE]),
        ('select = ["BW1", "BW2"]\nignore = ["BW201"]', [IN_ROOT, IN_A]),
        ('ignore-in = {"resources/*" = ["BW1"]}', [IN_ROOT, NOPE]),
        ('ignore-in = {"*" = ["BW201"]}', [IN_ROOT, IN_A]),
        ('severity = {BW201 = "info"}', [IN_ROOT, (NOPE[0], "info", NOPE[2]), IN_A]),
    ],
)
def test_settings_take_effect(
    tmp_path: Path, toml: str, expected: list[tuple[str, str, str]]
) -> None:
    assert judged(tmp_path, toml) == expected


def test_a_table_of_pyproject_counts(tmp_path: Path) -> None:
    toml = '[project]\nname = "x"\n[tool.bundlewright]\nignore = ["BW1"]\n'
    assert judged(tmp_path, toml, "pyproject.toml") == [NOPE]


def test_the_cli_has_no_settings(tmp_path: Path) -> None:
    assert judged(tmp_path, 'profile = "cli"\nignore = ["BW1", "BW2"]') == [IN_ROOT, NOPE, IN_A]


def test_a_rule_of_another_profile_can_be_selected(tmp_path: Path) -> None:
    write_bundle(tmp_path, "bundle: {name: b}\ninclude: [x.job.yml]\n@ x.job.yml\nresources: {}\n")
    (tmp_path / "bundlewright.toml").write_text('select = ["BW012"]')
    report = check(tmp_path, settings=read_settings(str(tmp_path)))
    assert [one.code for one in report.findings] == ["BW012"]


def test_the_nearest_file_counts_up_to_the_repository(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "repo" / "bundles" / "sales", BUNDLE)
    outside, repo = tmp_path / "bundlewright.toml", tmp_path / "repo" / "bundlewright.toml"
    outside.write_text('profile = "strict"')
    assert read_settings(str(bundle)).file == str(outside)
    repo.parent.joinpath(".git").mkdir()
    assert read_settings(str(bundle)).file is None
    repo.write_text('profile = "strict"')
    assert read_settings(str(bundle)).file == str(repo)
    (bundle / "pyproject.toml").write_text('[project]\nname = "bundlewright-user"\n')
    assert read_settings(str(bundle)).file == str(repo)
    (bundle / "pyproject.toml").write_text("[tool.bundlewright]\n")
    assert read_settings(str(bundle)).file == str(bundle / "pyproject.toml")


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("ignore = [", "not valid TOML"),
        ("ignore = 'BW101'", "ignore must be a list of codes"),
        ("ignore = [101]", "ignore must be a list of codes"),
        ("ignore = ['BW999']", "no rule has the code 'BW999'"),
        ("severity = {BW101 = 'fatal'}", "severity must be a table"),
        ("severity = {XY1 = 'info'}", "no rule has the code 'XY1'"),
        ("profile = 'lax'", "profile must be one of cli, recommended, strict"),
        ("ignored = []", "there is no setting 'ignored'; did you mean 'ignore'?"),
        ("ignore-in = []", "ignore-in must be a table"),
        ("ignore-in = {'*' = 'BW1'}", "ignore-in '*' must be a list of codes"),
        ("policies = 'a.yml'", "policies must be a list of files"),
        ("baseline = 1", "baseline must be a file's name"),
    ],
)
def test_settings_that_say_nothing_are_refused(tmp_path: Path, toml: str, words: str) -> None:
    with pytest.raises(BadSettings) as problem:
        judged(tmp_path, toml)
    assert words in str(problem.value)
    assert ("bundlewright.toml: " in str(problem.value)) == ("no rule" not in words)
