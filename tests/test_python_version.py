"""All that a repo says of its Python agrees: uv, CI, the container and the Databricks runtime."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import rendering

PLACES = (
    ".github/workflows/*.yml",
    ".gitlab-ci.yml",
    "azure-pipelines.yml",
    ".azuredevops/**/*.yml",
    ".devcontainer/Dockerfile",
    "pyproject.toml",
)
NAMED = re.compile(
    r"""(?:python:|versionSpec: "|UV_PYTHON: "?|Python )(\d+\.\d+)(?=["\n]|.*(?:as on|-bookworm))"""
)


@pytest.mark.parametrize("ci", rendering.choices("ci"))
def test_ci_and_container_run_the_python_of_the_file_that_uv_reads(
    render: Callable[..., Path], ci: str
) -> None:
    repo = render(ci=ci, devcontainer=True)

    named = {
        version
        for place in PLACES
        for path in repo.glob(place)
        for version in NAMED.findall(path.read_text(encoding="utf-8"))
    }

    assert named == {(repo / ".python-version").read_text(encoding="utf-8").strip()} == {"3.12"}
