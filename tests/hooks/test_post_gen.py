"""Shows what the hook does to a copy and to an update: on the screen, by status, on the disk."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
import rendering
from conftest import commit, copier, git

# A job whose only task waits for one that does not exist.
BROKEN_JOB = """\
resources:
  jobs:
    broken:
      name: broken
      tasks:
        - task_key: load
          depends_on:
            - task_key: extrakt
          notebook_task:
            notebook_path: ../../src/load.py
"""


@pytest.fixture
def broken(template: Path, tmp_path: Path) -> Path:
    """A copy of the template that writes one job which cannot deploy."""
    folder = tmp_path / "broken"
    shutil.copytree(template, folder)
    (folder / "template/resources/jobs/broken.job.yml").write_text(BROKEN_JOB)
    return folder


def copy(template: Path, repo: Path) -> subprocess.CompletedProcess[str]:
    return copier("copy", "--trust", "--defaults", "--quiet", template, repo)


def assert_copy_fails(broken: Path, repo: Path) -> None:
    process = copy(broken, repo)
    assert process.returncode != 0
    assert "resources/jobs/broken.job.yml:8" in process.stdout
    assert "extrakt" in process.stdout
    assert "Traceback" not in process.stderr


def test_a_good_copy_prints_one_line_and_names_its_placeholders(
    template: Path, tmp_path: Path
) -> None:
    process = copy(template, tmp_path / "repo")
    assert process.returncode == 0, process.stderr
    assert len(process.stdout.splitlines()) == 1
    (line,) = process.stderr.splitlines()
    assert "uvx copier update --trust --defaults --data dev_host=... " in line
    assert "--data owner_email=... " in line
    assert "--data prod_source=..." in line


def test_a_broken_copy_leaves_no_folder(broken: Path, tmp_path: Path) -> None:
    assert_copy_fails(broken, tmp_path / "repo")
    assert not (tmp_path / "repo").exists()


@pytest.mark.parametrize("source", ["folder", "repository"])
def test_a_broken_copy_leaves_an_empty_folder_empty(
    source: str, broken: Path, tmp_path: Path
) -> None:
    if source == "repository":
        commit(broken, "Broken", tag="v1.0.0")
    (tmp_path / "repo").mkdir()
    assert_copy_fails(broken, tmp_path / "repo")
    assert list((tmp_path / "repo").iterdir()) == []


@pytest.mark.parametrize("source", ["folder", "repository"])
def test_a_broken_copy_leaves_other_files_as_they_were(
    source: str, template: Path, broken: Path, tmp_path: Path
) -> None:
    """Their own files stay, tracked by git or not, also one that equals the template's."""
    if source == "repository":
        commit(broken, "Broken", tag="v1.0.0")
    repo = tmp_path / "repo"
    (repo / "src").mkdir(parents=True)
    (repo / "NOTES.md").write_text("Mine.\n")
    (repo / "src/mine.py").write_text("MINE = 1\n")
    (repo / "fixtures").mkdir()
    shutil.copy(template / "includes/content/example/fixtures/orders.csv", repo / "fixtures")
    commit(repo, "Mine")
    (repo / "src/new.py").write_text("NEW = 1\n")
    before = rendering.read_tree(repo)

    assert_copy_fails(broken, repo)
    assert rendering.read_tree(repo) == before


def test_an_equal_file_that_git_does_not_know_stays(
    template: Path, broken: Path, tmp_path: Path
) -> None:
    fixtures = tmp_path / "repo/fixtures"
    fixtures.mkdir(parents=True)
    shutil.copyfile(
        template / "includes/content/example/fixtures/orders.csv", fixtures / "orders.csv"
    )
    before = rendering.read_tree(tmp_path / "repo")
    commit(
        broken, "Broken", tag="v1.0.0"
    )  # as a repository it is cloned, so the run has a beginning
    assert_copy_fails(broken, tmp_path / "repo")
    assert rendering.read_tree(tmp_path / "repo") == before


def test_a_file_that_was_not_overwritten_stays(broken: Path, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / "README.md").write_text("Mine.\n")
    process = copier("copy", "--trust", "--defaults", "--skip", "README.md", broken, repo)
    assert process.returncode != 0
    assert rendering.read_tree(repo) == {"README.md": b"Mine.\n"}


def test_a_tracked_file_that_was_overwritten_is_named(broken: Path, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / ".gitignore").write_text("mine\n")
    commit(repo, "Mine")
    commit(broken, "Broken", tag="v1.0.0")
    process = copier("copy", "--trust", "--defaults", "--overwrite", broken, repo)
    assert process.returncode != 0
    assert "git restore .gitignore" in process.stderr
    git(repo, "restore", ".gitignore")
    assert (repo / ".gitignore").read_text() == "mine\n"


def test_what_overwriting_may_have_replaced_is_not_removed(broken: Path, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / "README.md").write_text("Mine.\n")
    process = copier("copy", "--trust", "--defaults", "--overwrite", broken, repo)
    assert process.returncode != 0
    assert "may have replaced others" in process.stderr
    assert (repo / "README.md").exists()


@pytest.mark.parametrize(
    ("source", "installed_from"),
    [
        ("/clones/bundlewright", "/clones/bundlewright"),
        ("gh:team/bundlewright", "git+https://github.com/team/bundlewright"),
        ("https://example.com/bundlewright.git", "git+https://example.com/bundlewright.git"),
        ("git+ssh://example.com/bundlewright", "git+ssh://example.com/bundlewright"),
    ],
)
def test_missing_dependencies_never_pass_for_valid(
    source: str, installed_from: str, broken: Path, render: Callable[..., Path], tmp_path: Path
) -> None:
    """An interpreter without PyYAML, no uv and no pipx: one line says so and what to do."""
    repo = render()
    (repo / rendering.ANSWERS_FILE).write_text(f"_src_path: {source}\n")
    venv.create(tmp_path / "bare", symlinks=True)
    process = subprocess.run(
        [tmp_path / "bare/bin/python", broken / "hooks/post_gen.py"],
        cwd=repo,
        env={"PATH": str(tmp_path / "bare/bin"), "COPIER_OPERATION": "copy"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0
    assert process.stdout == ""
    (line,) = process.stderr.splitlines()
    assert "The bundle was NOT validated" in line
    assert line.endswith(f"pip install {installed_from} && bundlewright check {repo}")


@pytest.mark.parametrize("runner", ["uv", "pipx"])
def test_a_runner_brings_missing_dependencies(
    runner: str, template: Path, render: Callable[..., Path], tmp_path: Path
) -> None:
    path = shutil.which(runner)
    if path is None:
        pytest.skip(f"install {runner} to run this")
    venv.create(tmp_path / "bare", symlinks=True)
    (tmp_path / "runner").mkdir()
    (tmp_path / "runner" / runner).symlink_to(path)
    # uv takes no interpreter of a virtual environment; what it installs calls `realpath`.
    system = [Path(sys.base_prefix) / "bin", *os.defpath.split(os.pathsep)]
    folders = [tmp_path / "bare/bin", tmp_path / "runner", *system]
    process = subprocess.run(
        [tmp_path / "bare/bin/python", template / "hooks/post_gen.py"],
        cwd=render(),
        env=os.environ | {"PATH": os.pathsep.join(map(str, folders))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert "NOT validated" not in process.stderr


def test_the_hook_imports_nothing_of_the_repo(
    template: Path, render: Callable[..., Path], tmp_path: Path
) -> None:
    repo = render()
    for name in ("yaml", "bundlewright", "json", "sitecustomize"):
        (repo / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    process = subprocess.run(
        [sys.executable, template / "hooks/post_gen.py"], cwd=repo, capture_output=True, check=False
    )
    assert process.returncode == 0, process.stdout
    assert not (tmp_path / "ran").exists()


def test_a_hook_by_hand_removes_nothing(template: Path, render: Callable[..., Path]) -> None:
    """Only a copy in progress is undone, not a repo in which its owner runs the hook."""
    repo = render()
    (repo / "resources/jobs/broken.job.yml").write_text(BROKEN_JOB)
    before = rendering.read_tree(repo)
    process = subprocess.run(
        [sys.executable, template / "hooks/post_gen.py"], cwd=repo, capture_output=True, check=False
    )
    assert process.returncode == 1
    assert rendering.read_tree(repo) == before


def test_a_refused_trust_writes_nothing(template: Path, tmp_path: Path) -> None:
    process = copier("copy", "--defaults", template, tmp_path / "repo")
    assert process.returncode == 4
    assert not (tmp_path / "repo").exists()


def test_a_copy_into_a_repository_says_where_ci_is_read(template: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    process = copier("copy", "--trust", "--defaults", template, tmp_path / "bundles/one")
    assert process.returncode == 0, process.stderr
    assert "--data folder=bundles/one" in process.stderr
    # And not to make a repository in the repository.
    (line,) = (line for line in process.stderr.splitlines() if "git init" in line)
    assert "where there is no repository yet" in line


def test_a_copy_into_its_folder_names_the_copies_that_are_missing(
    template: Path, tmp_path: Path
) -> None:
    git(tmp_path, "init", "--quiet")
    repo = tmp_path / "bundles/one"
    folder = ["--data", "folder=bundles/one"]
    process = copier("copy", "--trust", "--defaults", "--quiet", *folder, template, repo)
    commands = re.findall(r"cp \S+ \S+", process.stderr)
    assert len(commands) == 2, process.stderr
    assert process.stderr.count("mkdir -p ../../.github/workflows && cp ") == 2
    (tmp_path / ".github/workflows").mkdir(parents=True)
    for command in commands:
        subprocess.run(command, shell=True, cwd=repo, check=True)
    assert {path.name for path in tmp_path.glob(".github/workflows/*")} == {
        "sales-pipeline.yml",
        "sales-pipeline-template-update.yml",
    }
    again = copier("copy", "--trust", "--defaults", "--quiet", "-w", *folder, template, repo)
    assert "cp " not in again.stderr


def test_a_folder_that_is_the_root_is_named(template: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "repo")
    folder = ["--data", "folder=bundles/one"]
    process = copier("copy", "--trust", "--defaults", *folder, template, tmp_path / "repo")
    assert "CI would run in bundles/one, but this is the root" in process.stderr


@pytest.mark.parametrize("folder", [".", "bundles/sales"])
def test_what_the_next_deploy_deletes_is_named(folder: str, template: Path, tmp_path: Path) -> None:
    """Also by a path that commands find in the folder of the bundle."""
    repo = rendering.render(template, tmp_path / "root" / folder, {})
    removed = "resources/model_serving_endpoints/model.model_serving_endpoint.yml"
    (repo / removed).parent.mkdir()
    (repo / removed).write_text("resources: {}\n")
    (tmp_path / "root/other").touch()
    commit(tmp_path / "root", "Before the update")
    (repo / removed).unlink()
    (tmp_path / "root/other").unlink()
    process = subprocess.run(
        [sys.executable, template / "hooks/post_gen.py"],
        cwd=repo,
        env=os.environ | {"COPIER_OPERATION": "update"},
        capture_output=True,
        text=True,
        check=False,
    )
    others = "other " if folder == "." else ""
    assert f"git restore {others}{removed}" in process.stderr
    assert f"deletes what {removed} declared" in process.stderr
    assert "bundle deployment unbind" in process.stderr
