"""Fixtures of all tests, which keep them away from the settings of the person who runs them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rendering
import yaml

collect_ignore = ["golden"]  # whole repos, with tests of their own


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-golden",
        action="store_true",
        help="write what is kept anew",
    )


@pytest.fixture(scope="session", autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Gives git, Copier and Cookiecutter settings of their own; none of the user's count."""
    folder = tmp_path_factory.mktemp("settings")
    (folder / "gitconfig").write_text(
        "[init]\n\tdefaultBranch = main\n[core]\n\tautocrlf = false\n"
    )
    (folder / "copier.yml").write_text("{}\n")
    cookiecutter = {"cookiecutters_dir": f"{folder}/cloned", "replay_dir": f"{folder}/replay"}
    (folder / "cookiecutter.yml").write_text(yaml.safe_dump(cookiecutter))
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            patch.delenv(name)
        patch.setenv("GIT_CONFIG_GLOBAL", str(folder / "gitconfig"))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        for role in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{role}_NAME", "A Tester")
            patch.setenv(f"GIT_{role}_EMAIL", "tester@example.com")
        patch.setenv("COPIER_SETTINGS_PATH", str(folder / "copier.yml"))
        patch.setenv("COOKIECUTTER_CONFIG", str(folder / "cookiecutter.yml"))
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template as a plain folder outside git: what is in the working tree, committed or not."""
    return rendering.copy_template(tmp_path_factory.mktemp("template") / "bundlewright")


@pytest.fixture(scope="session")
def renderer(template: Path) -> rendering.Renderer:
    return rendering.Renderer(template)


@pytest.fixture
def render(template: Path, tmp_path: Path) -> Callable[..., Path]:
    """Renders a repo for the named answers, defaults for the others, and returns its folder."""

    def render(**answers: Any) -> Path:
        return rendering.render(template, tmp_path / "repo", answers)

    return render


@pytest.fixture
def template_repo(template: Path, tmp_path: Path) -> Path:
    """The template as a git repository of its own, with its release tagged v1.0.0."""
    folder = tmp_path / "bundlewright"
    shutil.copytree(template, folder)
    commit(folder, "First release", tag="v1.0.0")
    return folder


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own as the current one, outside of any CI system."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def git(folder: Path, *arguments: str) -> str:
    """Runs git in a folder and returns what it printed."""
    process = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def commit(folder: Path, message: str, tag: str = "") -> None:
    """Commits all files of a folder, which becomes a repository if it is none."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", message)
    if tag:
        git(folder, "tag", tag)


def copier(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the `copier` command as a person would and returns its status and what it printed."""
    command = [sys.executable, "-m", "copier", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
