"""The front door for Cookiecutter gives the very repo that Copier gives."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest
import rendering
import yaml
from conftest import commit, copier

HOOK = rendering.ROOT / "hooks/post_gen_project.py"


def cookiecutter(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cookiecutter", "--no-input", *map(str, arguments)]
    environment = os.environ | {"PWD": str(cwd)}  # as a shell sets it
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def test_the_hook_holds_no_jinja() -> None:
    """Cookiecutter renders it with its own delimiters before it runs it."""
    assert not re.search(r"\{[{%#]", HOOK.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"project_name": "fleet", "cloud": "azure", "task_type": "wheel", "ci": "gitlab"},
        {"pattern": "fan_out", "compute": "job_cluster", "cloud": "gcp", "ci": "none"},
    ],
    ids=["defaults", "fleet", "fan_out"],
)
def test_both_doors_give_the_same_repo(
    answers: dict[str, str], template_repo: Path, tmp_path: Path
) -> None:
    door = cookiecutter(
        template_repo,
        "-o",
        "out",
        *(f"{key}={value}" for key, value in answers.items()),
        cwd=tmp_path,
    )
    assert door.returncode == 0, door.stderr
    data = [part for key, value in answers.items() for part in ("--data", f"{key}={value}")]
    direct = copier("copy", "--trust", "--defaults", *data, template_repo, tmp_path / "direct")
    assert direct.returncode == 0, direct.stderr
    through_the_door = tmp_path / "out" / answers.get("project_name", "sales-pipeline")
    assert rendering.read_tree(through_the_door) == rendering.read_tree(tmp_path / "direct")


@pytest.mark.parametrize("source", ["relative path", "git+file://"])
def test_what_comes_through_the_door_can_be_updated(
    source: str, template_repo: Path, tmp_path: Path
) -> None:
    address = (
        str(template_repo.relative_to(tmp_path))
        if source == "relative path"
        else f"git+file://{template_repo}"
    )
    door = cookiecutter(address, cwd=tmp_path)
    assert door.returncode == 0, door.stderr
    repo = tmp_path / "sales-pipeline"
    commit(repo, "Start")
    (template_repo / "template/NEWS.md").write_text("New.\n")
    commit(template_repo, "News", tag="v1.1.0")

    update = copier("update", "--trust", "--defaults", cwd=repo)
    assert update.returncode == 0, update.stderr
    assert (repo / "NEWS.md").read_text() == "New.\n"


def test_a_checkout_is_passed_on(template_repo: Path, tmp_path: Path) -> None:
    (template_repo / "template/NEWS.md").write_text("New.\n")
    commit(template_repo, "News", tag="v1.1.0")
    door = cookiecutter(f"git+file://{template_repo}", "--checkout", "v1.0.0", cwd=tmp_path)
    assert door.returncode == 0, door.stderr
    answers = yaml.safe_load((tmp_path / "sales-pipeline" / rendering.ANSWERS_FILE).read_text())
    assert answers["_commit"] == "v1.0.0"


def test_a_bad_name_is_refused_and_leaves_nothing(template_repo: Path, tmp_path: Path) -> None:
    door = cookiecutter(template_repo, "project_name=1st", cwd=tmp_path)
    assert door.returncode != 0
    assert "Validation error for question 'project_name'" in door.stderr
    assert "run_copy" not in door.stderr
    assert not (tmp_path / "1st").exists()


def test_without_copier_the_hook_says_what_to_install(tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", symlinks=True)
    (tmp_path / ".front-door.json").write_text("{}")
    process = subprocess.run(
        [tmp_path / "bare/bin/python", HOOK],
        cwd=tmp_path,
        env={"PATH": str(tmp_path / "bare/bin")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 1
    assert "-m pip install copier" in process.stderr
