"""Every CI file that some answers give is what its system reads, and its linters find nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from cases import CI_FILES, READER
from filelock import FileLock
from gitlab import CACHE
from rendering import Renderer

TOOLS = Path(sys.executable).parent
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"


@pytest.fixture(scope="session")
def contents(renderer: Renderer) -> dict[str, list[bytes]]:
    """Each content of each CI file, by its path."""
    found: dict[str, set[bytes]] = {}
    sources = [
        source
        for source in renderer.sources
        if source.relative_to(renderer.root).as_posix().startswith(CI_FILES)
    ]
    for source, reader, folder in product(sources, ("", READER), ("", "bundles/sales")):
        given = {"reader_service_principal": reader, "folder": folder}
        for _, tree in renderer.explore(
            lambda answers, source=source: renderer.tree(answers, sources=[source]), given
        ):
            for path, content in tree.items():
                found.setdefault(path, set()).add(content)
    return {path: sorted(several) for path, several in found.items()}


@pytest.fixture
def files(contents: dict[str, list[bytes]], tmp_path: Path) -> dict[str, list[Path]]:
    """All of them as files, each in a repo of its own, by CI system."""
    written: dict[str, list[Path]] = {}
    for path, several in contents.items():
        for number, content in enumerate(several):
            file = tmp_path / str(number) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            written.setdefault(path.partition("/")[0], []).append(file)
    return written


def run(*command: str | Path) -> None:
    process = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout[-5000:]


def actionlint() -> Path:
    """Returns the command, installed by Go where it is not there."""
    if there := shutil.which("actionlint"):
        return Path(there)
    if shutil.which("go") is None:
        pytest.skip("go is not on PATH; install it, or actionlint, to lint workflows")
    folder = CACHE / ACTIONLINT.rpartition("@")[2]
    CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(CACHE / "actionlint.lock"):
        if not (folder / "actionlint").exists():
            command = ["env", f"GOBIN={folder}", "go", "install", ACTIONLINT]
            subprocess.run(command, check=True)
    return folder / "actionlint"


@pytest.mark.parametrize(
    ("system", "options"),
    [
        (".github", ["vendor.github-workflows"]),
        (".gitlab-ci.yml", ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"]),
        (
            "azure-pipelines.yml",
            [
                *("vendor.azure-pipelines", "--data-transform", "azure-pipelines"),
                *("--regex-variant", "python"),
            ],
        ),
    ],
)
def test_a_file_follows_its_schema(
    system: str, options: list[str], files: dict[str, list[Path]]
) -> None:
    if system not in files:
        pytest.skip("the template has no such file yet")
    run(TOOLS / "check-jsonschema", "--builtin-schema", *options, *files[system])


def test_actionlint_finds_nothing(files: dict[str, list[Path]]) -> None:
    run(actionlint(), "-no-color", *files[".github"])


def test_zizmor_finds_nothing(files: dict[str, list[Path]]) -> None:
    run(TOOLS / "zizmor", "--offline", "--no-progress", *files[".github"])
