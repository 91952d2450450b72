"""The commands `graph` and `explain`, and the options of `check` that change files."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bundles import write_bundle
from test_check_command import run

from bundlewright.report import FORMATS
from bundlewright.rules import load

JOBS = """\
bundle: {name: b}
resources:
  jobs:
    etl:
      name: etl
      tasks:
        - task_key: extract
          notebook_task: {notebook_path: /x}
        - task_key: load
          depends_on: [{task_key: extract}]
          notebook_task: {notebook_path: /x}
targets:
  dev: {default: true}
  prod:
    resources:
      jobs:
        other: {name: other, tasks: [{task_key: a, notebook_task: {notebook_path: /x}}]}
"""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "└─ load"),
        (["etl"], "└─ load"),
        (["."], "└─ load"),
        (["etl", "."], "└─ load"),
        (["other", "-t", "prod"], "other\n"),
        (["--format", "mermaid"], "flowchart LR"),
        (["--format", "dot"], "digraph"),
        (["--format", "svg"], "<svg"),
    ],
)
def test_graph_draws_a_job(tmp_path: Path, arguments: list[str], words: str) -> None:
    process = run("graph", *arguments, cwd=write_bundle(tmp_path, JOBS), PYTHONIOENCODING="ascii")
    assert (process.returncode, process.stderr) == (0, "")
    assert words in process.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["etk"], "no job 'etk' in target 'dev'; did you mean 'etl'?"),
        (["etl", "nowhere"], "nowhere does not exist"),
        (["-t", "test"], "no target 'test'; it has dev, prod"),
        (["-t", "prod"], "name the job to draw: etl, other"),
    ],
)
def test_graph_says_what_it_cannot_draw(tmp_path: Path, arguments: list[str], words: str) -> None:
    process = run("graph", *arguments, cwd=write_bundle(tmp_path, JOBS))
    assert (process.returncode, process.stdout) == (2, "")
    assert words in process.stderr


def test_a_bundle_without_a_job_has_nothing_to_draw(tmp_path: Path) -> None:
    process = run("graph", cwd=write_bundle(tmp_path, "bundle: {name: b}\n"))
    assert (process.returncode, process.stderr) == (
        2,
        "bundlewright: the bundle has no job in target 'default'\n",
    )


def test_explain_prints_a_page_and_lists_all(tmp_path: Path) -> None:
    page = run("explain", "bw301", cwd=tmp_path)
    assert page.returncode == 0
    assert page.stdout.startswith("# BW301: ")
    assert page.stdout.count("```yaml") == 2
    listed = run("explain", cwd=tmp_path).stdout.splitlines()
    assert [line.split()[0] for line in listed] == list(load())
    unknown = run("explain", "BW3010", cwd=tmp_path)
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert unknown.stderr.startswith("bundlewright: there is no rule 'BW3010'; did you mean")


def test_explain_knows_the_policies_of_the_bundle(tmp_path: Path) -> None:
    write_bundle(
        tmp_path,
        """\
        bundle: {name: b}
        @ bundlewright.toml
        policies = ["acme.yml"]
        @ acme.yml
        policies: [{code: ACME1, message: jobs have tags, why: costs, for: job, schema: {}}]
        """,
    )
    process = run("explain", "ACME1", cwd=tmp_path)
    assert process.returncode == 0
    assert "jobs have tags" in process.stdout
    assert "costs" in process.stdout
    assert run("explain", "ACME2", cwd=tmp_path).returncode == 2


TYPO = "# mine\r\nbundle: {name: b}\r\nincude: []   # theirs\r\n"


def test_fix_mends_and_leaves_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "databricks.yml"
    file.write_bytes(TYPO.encode())
    diff = run("check", "--diff", cwd=tmp_path)
    assert "-incude: []   # theirs" in diff.stdout
    assert "+include: []   # theirs" in diff.stdout
    assert file.read_bytes() == TYPO.encode()
    assert "1 can be fixed with --fix" in run("check", cwd=tmp_path).stdout
    fixed = run("check", "--fix", cwd=tmp_path)
    assert fixed.returncode == 0
    assert fixed.stdout == "b: no findings in target default\n"
    assert file.read_bytes() == TYPO.replace("incude", "include").encode()


def test_a_baseline_is_written_and_kept_to(tmp_path: Path) -> None:
    write_bundle(tmp_path, "bundle: {name: b}\ntypo: 1\nresources: {jobs: none}\n")
    assert run("check", cwd=tmp_path).returncode == 1
    written = run("check", "--write-baseline", cwd=tmp_path)
    assert (written.returncode, written.stderr) == (0, "")
    known = json.loads((tmp_path / "bundlewright-baseline.json").read_text())
    assert [entry["code"] for entry in known["findings"]] == ["BW101", "BW102"]
    again = run("check", "--strict", cwd=tmp_path)
    assert again.returncode == 0
    assert re.search(r"2 .*known", again.stdout)
    assert run("check", "--profile", "cli", cwd=tmp_path).stdout.count("BW10") == 2
    missing = run("check", "--baseline", "nope.json", cwd=tmp_path)
    assert missing.returncode == 2
    assert "nope.json does not exist" in missing.stderr


def test_an_editor_pipes_what_is_not_saved(tmp_path: Path) -> None:
    text = "bundle: {name: b}\ninclude: [a.yml]\ntypo: 1\n@ a.yml\nresources: {}\n"
    write_bundle(tmp_path, text)
    process = subprocess.run(
        [sys.executable, "-m", "bundlewright", "check", "--stdin-filename", "a.yml"],
        input=b"resources: {jobs: none}\n",
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert process.returncode == 1
    assert process.stdout.count(b"BW102") == 1
    assert b"BW101" not in process.stdout
    assert (tmp_path / "a.yml").read_text() == "resources: {}\n"


def test_what_is_piped_cannot_be_fixed(tmp_path: Path) -> None:
    write_bundle(tmp_path, "bundle: {name: b}\n")
    process = run("check", "--fix", "--stdin-filename", "databricks.yml", cwd=tmp_path)
    assert (process.returncode, process.stdout) == (2, "")
    assert "cannot be fixed" in process.stderr


def test_a_baseline_that_settings_name_must_be_there(tmp_path: Path) -> None:
    write_bundle(tmp_path, "bundle: {name: b}\n@ bundlewright.toml\nbaseline = 'known.json'\n")
    missing = run("check", cwd=tmp_path)
    assert missing.returncode == 2
    assert "known.json does not exist; --write-baseline makes it" in missing.stderr
    assert run("check", "--write-baseline", cwd=tmp_path).returncode == 0
    assert (tmp_path / "known.json").exists()
    assert run("check", cwd=tmp_path).returncode == 0


def test_a_secret_is_not_shown(tmp_path: Path) -> None:
    token = "dapi" + "0f3a9c7e5b1d2f4a" * 2
    write_bundle(tmp_path, f"bundle: {{name: b}}\nvariables: {{x: {{default: {token}}}}}\n")
    for format in FORMATS:
        process = run("check", "--format", format, cwd=tmp_path)
        assert "BW744" in process.stdout
        assert token not in process.stdout


def test_options_about_rules_win_over_settings(tmp_path: Path) -> None:
    write_bundle(tmp_path, "bundle: {name: b}\ntypo: 1\nresources: {jobs: none}\n")
    (tmp_path / "bundlewright.toml").write_text('select = ["BW101"]')
    assert run("check", cwd=tmp_path).returncode == 0
    assert run("check", "--select", "BW102", cwd=tmp_path).returncode == 1
    assert run("check", "--select", "BW1", "--ignore", "BW102", cwd=tmp_path).returncode == 0
    wrong = run("check", "--ignore", "BWX", cwd=tmp_path)
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("bundlewright: no rule has the code 'BWX'; ")
    (tmp_path / "bundlewright.toml").write_text("select = 1")
    assert run("check", cwd=tmp_path).returncode == 2
