"""How the files of a bundle are found and read: what rules decide beyond their examples."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from bundles import codes, findings, write_bundle

from bundlewright.bundle.model import Bundle
from bundlewright.checking import check
from bundlewright.rules.reading.includes import missed_file

HEAD = "bundle: {name: b}\n"
JOB = "resources:\n  jobs:\n    %s: {name: x, description: y}\n"


def missed(folder: Path, text: str) -> list[tuple[str, str]]:
    found = [one for one in findings(folder, text) if one.code == "BW013"]
    return [(one.file, one.hint) for one in found]


@pytest.mark.parametrize(
    ("include", "name", "pattern"),
    [
        ("resources/*.yml", "resources/a/b.yml", "resources/*/*.yml"),
        ("resources/*.yml", "resources/a/b/c.yml", "resources/*/*/*.yml"),
        ("resources/**/*.yml", "resources/b.yml", "resources/*.yml"),
        ("resources/*.yml", "resources/b.yaml", "resources/*.yaml"),
        ("resources/x.yml", "resources/b.yml", "resources/b.yml"),
        ("./resources/*.yml", "resources/a/b.yml", "resources/*/*.yml"),
        ("*.yml", "b.yaml", "*.yaml"),
        ("resources/*.yml", "jobs/b.yml", "jobs/b.yml"),
        ("resources/*.yml", "a/b/c.yaml", "a/b/c.yaml"),
    ],
)
def test_a_file_that_no_pattern_reaches_is_named_with_one_that_does(
    tmp_path: Path, include: str, name: str, pattern: str
) -> None:
    rest = "\n@ resources/x.yml\n{}\n@ resources/y/x.yml\n{}\n@ x.yml\n{}\n"
    text = f"{HEAD}include: ['{include}']{rest}@ {name}\n" + JOB % "b"
    assert missed(tmp_path, text) == [(name, f"add {pattern!r} to include")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("resources/a/x.yml", "version: 2\n"),  # not of a bundle
        ("resources/a/x.yml", "resources:\n  repositories:\n  - repository: x\n"),
        ("resources/a/x.yml", "variables:\n  CI: x\n"),
        ("resources/a/x.yml", "# resources:\n#   jobs:\n"),
        ("resources/.a/x.yml", JOB % "b"),  # hidden
        ("resources/node_modules/x.yml", JOB % "b"),
        ("resources/a/x.txt", JOB % "b"),
        ("resources/a/x.json", '{"name": "x"}'),
        ("resources/a/x.json", '{"resources": [{"type": "Microsoft.Databricks/workspaces"}]}'),
        ("azure-pipelines.yml", "resources:\n  pipelines:\n  - pipeline: x\n"),
        ("other/x.yml", "variables:\n  CI:\n    description: x\n"),  # may be of GitLab
        *((f"{folder}/x.yml", JOB % "b") for folder in ("tests", "a/template", "docs", "{{.x}}")),
        ("env/pyvenv.cfg", "\n@ env/x.yml\n" + JOB % "b"),
        ("a/databricks.yml", "bundle: {name: a}\n@ shared/x.yml\n" + JOB % "b"),
        ("resources/a/x.yml.tmpl", JOB % "b"),
    ],
)
def test_other_files_are_not_missed(tmp_path: Path, name: str, content: str) -> None:
    text = f"{HEAD}include: ['resources/*.yml']\n@ resources/y.yml\n{{}}\n@ {name}\n{content}"
    assert missed(tmp_path, text) == []


def test_a_bundle_inside_the_folder_is_another_bundle(tmp_path: Path) -> None:
    text = f"{HEAD}include: ['resources/*.yml']\n@ resources/y.yml\n{{}}\n@ resources/a/x.yml\n"
    text += JOB % "b" + "@ resources/a/databricks.yml\nbundle: {name: a}\n"
    assert missed(tmp_path, text) == []


def test_without_include_the_usual_folder_is_looked_through(tmp_path: Path) -> None:
    text = HEAD + "@ resources/x.yml\n" + JOB % "b" + "@ src/y.yml\n" + JOB % "c"
    names = [name for name, _ in missed(tmp_path, text)]
    assert names == ["resources/x.yml", "src/y.yml"]


@pytest.mark.parametrize("name", ["resources/x.json", "jobs/x.json"])
def test_configuration_in_json_is_missed_too(tmp_path: Path, name: str) -> None:
    text = f"{HEAD}include: ['resources/*.yml']\n@ resources/y.yml\n{{}}\n@ {name}\n"
    text += '{"resources": {"jobs": {"b": {"name": "b"}}}}\n'
    assert [found for found, _ in missed(tmp_path, text)] == [name]


@pytest.mark.parametrize("broken", ["databricks.yml", "resources/y.yml"])
def test_nothing_is_missed_where_a_file_is_broken(tmp_path: Path, broken: str) -> None:
    text = f"{HEAD}include: ['resources/*.yml']\n@ resources/y.yml\n{{}}\n@ resources/a/x.yml\n"
    write_bundle(tmp_path, text + JOB % "b")
    assert [one.code for one in check(tmp_path).findings] == ["BW013"]
    (tmp_path / broken).write_text("bundle: {name: x\ninclude: ['resources/*.yml']\n")
    assert [one.code for one in check(tmp_path).findings] == ["BW001"]


@pytest.mark.parametrize(
    "section", ["targets:\n\n  # dev\n  dev:\n    mode: x", "variables:\n  a:\n    default: x"]
)
def test_targets_and_variables_are_missed_too(tmp_path: Path, section: str) -> None:
    text = f"{HEAD}include: ['conf/*.yml']\n@ conf/y.yml\n{{}}\n@ conf/a/x.yml\n{section}\n"
    assert [name for name, _ in missed(tmp_path, text)] == ["conf/a/x.yml"]


def test_a_pattern_that_matches_nothing_is_one_mistake(tmp_path: Path) -> None:
    text = HEAD + "include: ['resources/*.yml']\n@ resources/a/x.yml\n" + JOB % "b"
    [finding] = findings(tmp_path, text)
    assert finding.code == "BW005"
    assert finding.hint == "write 'resources/*/*.yml' for 'resources/a/x.yml'"


@pytest.mark.parametrize(
    ("include", "severity"),
    [
        ("resources/*/*.yml", "info"),  # resources/*.yml matches
        ("resources/*.yaml", "info"),
        ("./resources/*/*/*.yml", "info"),
        ("resource/*.yml", "warning"),
        ("*/*.json", "warning"),
        ("resources/jobs/*.yml", "warning"),
        ("resources/${var.x}/*.yml", "error"),
    ],
)
def test_a_pattern_beside_one_that_matches_may_wait_for_files(
    tmp_path: Path, include: str, severity: str
) -> None:
    text = f"{HEAD}include: [resources/*.yml, '{include}']\n@ resources/x.yml\n" + JOB % "b"
    found = [one for one in findings(tmp_path, text, info=True) if one.code == "BW005"]
    assert [one.severity for one in found] == [severity]


def test_the_rest_of_the_bundle_costs_little(tmp_path: Path) -> None:
    write_bundle(tmp_path, HEAD)
    for number in range(1000):
        folder = tmp_path / "src" / str(number % 20)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.{'yml' if number % 20 == 0 else 'py'}").write_text("x: 1\n")
    bundle = Bundle(tmp_path)
    start = time.process_time()
    assert list(missed_file(bundle)) == []
    assert time.process_time() - start < 0.02


def test_looking_for_missed_files_takes_little_time(tmp_path: Path) -> None:
    write_bundle(tmp_path, HEAD + "include: ['resources/*.yml']\n")
    (tmp_path / "resources").mkdir()
    for number in range(1000):
        (tmp_path / "resources" / f"{number}.yml").write_text("{}\n")
    bundle = Bundle(tmp_path)
    start = time.process_time()
    assert list(missed_file(bundle)) == []
    assert time.process_time() - start < 0.05


@pytest.mark.parametrize(
    ("pattern", "code"), [("${var.env}.yml", "BW004"), ("${bundle.target}/*.yml", "BW005")]
)
def test_include_resolves_no_references(tmp_path: Path, pattern: str, code: str) -> None:
    [finding] = findings(tmp_path, f"{HEAD}include: ['{pattern}']\n")
    assert (finding.code, finding.severity) == (code, "error")
    assert finding.hint == "references are not resolved in include"


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("1.10", "1.1"),
        ("1.0", "1"),
        ("0777", "777"),
        ("1e3", "1000"),
        ("0x1F", "31"),
        ("1_000", "1000"),
        ("+1", "1"),
        ("1e-7", "0.0000001"),
        ("-0.50", "-0.5"),
    ],
)
def test_numbers_that_become_other_texts(tmp_path: Path, written: str, becomes: str) -> None:
    text = HEAD + f"resources: {{jobs: {{j: {{name: j, tags: {{v: {written}}}}}}}}}\n"
    [finding] = [one for one in findings(tmp_path, text) if one.code == "BW108"]
    assert f"becomes {becomes!r}, not {written!r}" in finding.message


@pytest.mark.parametrize("written", ["1.1", "'1.10'", "777", "-1", "0", "0.5", "true", "1.10.1"])
def test_numbers_that_stay_what_they_are(tmp_path: Path, written: str) -> None:
    text = HEAD + f"resources: {{jobs: {{j: {{name: j, tags: {{v: {written}}}}}}}}}\n"
    assert "BW108" not in codes(tmp_path, text)


def test_a_number_where_a_number_belongs_may_be_written_in_any_way(tmp_path: Path) -> None:
    text = HEAD + "variables: {a: {default: 1.10}}\n"
    text += "resources: {jobs: {j: {name: j, max_concurrent_runs: 1_0}}}\n"
    assert "BW108" not in codes(tmp_path, text)


def test_code_is_named_and_not_run(tmp_path: Path) -> None:
    text = HEAD + "python: {resources: ['a:b'], mutators: ['c:d']}\n"
    text += "experimental: {scripts: {preinit: 'touch was_here'}}\n"
    found = check(write_bundle(tmp_path, text)).findings
    assert [one.code for one in found] == ["BW014"] * 3
    assert {one.severity for one in found} == {"info"}
    assert not (tmp_path / "was_here").exists()
