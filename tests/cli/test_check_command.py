"""The command `bundlewright check`: what it prints where, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bundles import write_bundle

GOOD = "bundle: {name: good}\n"
WARNING = "bundle: {name: odd}\ntypo: 1\n"
ERROR = "bundle: {name: bad}\npresets: {tags: {team: '${var.nope}'}}\n"


def run(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bundlewright", *arguments],
        cwd=cwd,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(
    ("text", "arguments", "code"),
    [
        (GOOD, [], 0),
        (WARNING, [], 0),
        (WARNING, ["--strict"], 1),
        (ERROR, [], 1),
        (ERROR, ["--profile", "cli"], 1),
    ],
)
def test_exit_codes(tmp_path: Path, text: str, arguments: list[str], code: int) -> None:
    process = run("check", *arguments, cwd=write_bundle(tmp_path, text))
    assert process.returncode == code
    assert process.stderr == ""
    assert process.stdout.endswith("in target default\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "nowhere"], "does not exist"),
        (["check", "-t", "nope"], "no target 'nope'; it has default"),
        (["check", "--profile", "nope"], "invalid choice"),
        (["check", "--format", "nope"], "invalid choice"),
        (["nope"], "invalid choice"),
        ([], "required"),
    ],
)
def test_what_cannot_run_ends_with_2_and_a_sentence(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    process = run(*arguments, cwd=write_bundle(tmp_path, GOOD))
    assert process.returncode == 2
    assert process.stdout == ""
    assert words in process.stderr
    assert "Traceback" not in process.stderr


def test_text_is_a_line_a_finding_with_its_place(tmp_path: Path) -> None:
    write_bundle(tmp_path, ERROR + "@ src/a.py\n")
    process = run("check", cwd=tmp_path / "src")
    assert process.stdout.splitlines() == [
        "../databricks.yml:2:24: error BW201 ${var.nope}: variable 'nope' is not defined",
        "  |",
        "2 | presets: {tags: {team: '${var.nope}'}}",
        "  |                        ^^^^^^^^^^^^^",
        "  = hint: define it under 'variables'",
        "",
        "bad: 1 error in target default",
    ]


def test_json_is_one_object(tmp_path: Path) -> None:
    process = run("check", "--format", "json", cwd=write_bundle(tmp_path, ERROR))
    assert process.returncode == 1
    document = json.loads(process.stdout)
    assert document["bundle"] == {"name": "bad", "root": str(tmp_path)}
    assert document["targets"] == ["default"]
    assert document["findings"] == [
        {
            "code": "BW201",
            "severity": "error",
            "message": "${var.nope}: variable 'nope' is not defined",
            "hint": "define it under 'variables'",
            "url": "https://github.com/bundlewright/bundlewright/blob/main/docs/rules/BW201.md",
            "file": "databricks.yml",
            "line": 2,
            "column": 24,
            "path": "presets.tags.team",
            "targets": [],
            "related": [],
            "fix": None,
        }
    ]


def test_several_bundles_are_checked_in_one_run(tmp_path: Path) -> None:
    write_bundle(tmp_path / "a", GOOD)
    write_bundle(tmp_path / "b", ERROR)
    process = run("check", "a", "b", cwd=tmp_path)
    assert process.returncode == 1
    assert process.stdout.splitlines()[0] == "good: no findings in target default"
    assert process.stdout.splitlines()[2].startswith("b/databricks.yml:2:24:")


def test_one_path_without_a_bundle_does_not_hide_the_others(tmp_path: Path) -> None:
    write_bundle(tmp_path / "good", GOOD)
    process = run("check", "nowhere", "good", cwd=tmp_path)
    assert process.returncode == 2
    assert process.stdout == "good: no findings in target default\n"


def test_where_a_file_cannot_be_read_no_target_is_judged(tmp_path: Path) -> None:
    process = run("check", cwd=write_bundle(tmp_path, "bundle: {name: [}\n"))
    assert process.returncode == 1
    assert process.stdout.splitlines()[-1].endswith("1 error; no target was judged")


def test_a_root_file_that_cannot_be_read_could_not_run(tmp_path: Path) -> None:
    (tmp_path / "databricks.yml").write_bytes(b"#" * (33 * 2**20))
    process = run("check", cwd=tmp_path)
    assert process.returncode == 2
    assert process.stderr.endswith("databricks.yml cannot be read: larger than 32 MiB\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_what_nobody_expected_ends_with_2_and_a_sentence(tmp_path: Path) -> None:
    write_bundle(tmp_path, GOOD)
    command = f"{sys.executable} -m bundlewright check > /dev/full"
    process = subprocess.run(command, cwd=tmp_path, shell=True, capture_output=True, text=True)
    assert process.returncode == 2
    assert process.stderr.startswith("bundlewright: failed with OSError")


def test_a_reader_that_stops_early_is_no_error(tmp_path: Path) -> None:
    write_bundle(tmp_path, GOOD + "".join(f"typo_{number}: 1\n" for number in range(5000)))
    command = f"set -o pipefail; {sys.executable} -m bundlewright check | head -1"
    process = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, check=True)
    assert process.stdout.count(b"\n") == 1
    assert process.stderr == b""


def test_variables_may_come_from_the_environment(tmp_path: Path) -> None:
    write_bundle(tmp_path, GOOD + "variables: {token: {}}\n")
    command = ("check", "--profile", "cli")
    assert run(*command, cwd=tmp_path).returncode == 1
    assert run(*command, cwd=tmp_path, BUNDLE_VAR_token="x").returncode == 0


def test_any_text_can_be_printed_anywhere(tmp_path: Path) -> None:
    write_bundle(tmp_path, "bundle: {name: b}\n🚚: 1\n")
    process = run("check", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert process.returncode == 0
    assert r"\U0001f69a" in process.stdout


# What took milliseconds to import when it was measured, and a check does not need.
SLOW = {
    *("asyncio", "copier", "dataclasses", "hypothesis", "importlib.metadata", "inspect", "jinja2"),
    *("jsonschema", "logging", "pathlib", "pathspec", "pydantic", "questionary", "ruamel"),
    *("subprocess", "tempfile", "typing", "unittest", "urllib.request"),
}


def test_a_check_imports_nothing_slow(tmp_path: Path) -> None:
    write_bundle(tmp_path, GOOD)
    code = (
        "import bundlewright.cli; bundlewright.cli.run(['check']); "
        "print(*sys.modules, file=sys.stderr)"
    )
    process = subprocess.run(
        # -S: what site imports for this environment is not ours
        [sys.executable, "-S", "-c", f"import sys; sys.path += {sys.path!r}; {code}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "no findings" in process.stdout
    assert SLOW & set(process.stderr.split()) == set()
