"""Follows README.md on a fresh clone, command by command; only CI does, since it installs much."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import rendering
from conftest import commit, git

README = rendering.ROOT / "README.md"


def command(what: str) -> str:
    """Returns the one-line command of the README that holds a text."""
    blocks = re.findall(r"^```(?:sh|bash|console)\n(.+?)^```", README.read_text(), re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines() if what in line]
    assert lines, f"README.md has no command with {what!r}"
    return lines[0]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of this repo as it is in the working tree."""
    files = git(rendering.ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, files.split("\0")):
        if (rendering.ROOT / name).is_file():
            (tmp_path / "clone" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(rendering.ROOT / name, tmp_path / "clone" / name)
    commit(tmp_path / "clone", "Everything")
    return tmp_path / "clone"


def test_the_first_command_starts_a_repo_that_can_be_updated(clone: Path, tmp_path: Path) -> None:
    line = command("copier copy").replace("copier copy", "copier copy --defaults")
    run(line, clone)
    repo = tmp_path / line.split()[-1].rpartition("/")[2]
    assert (repo / "databricks.yml").exists()
    commit(repo, "Start")
    run(f"{clone}/.venv/bin/copier update --trust --defaults", repo)
    assert git(repo, "status", "--porcelain") == ""


def test_ci_runs_the_test_command() -> None:
    assert command("nox") in (rendering.ROOT / ".ci/run").read_text()


def run(line: str, folder: Path) -> None:
    process = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=os.environ | {"PWD": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout
