"""Generated repos refuse in their tests what a workspace refuses: shown by code that does it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from repos import run_tests

INSIDE = Path(__file__).parent / "inside"
# What a step must not do on serverless compute, and the page that says so.
MUTATIONS = {
    "spark.read.csv('file:/Workspace/Shared/orders.csv').count()": "aws/en/files/workspace",
    "spark.range(1).rdd.count()": "connect-vs-classic",
    "spark.range(1).cache().count()": "serverless/limitations",
}


@pytest.mark.parametrize("workloads", [["python"], ["python", "pipeline"]])
def test_what_serverless_compute_refuses_is_refused(
    render: Callable[..., Path], workloads: list[str]
) -> None:
    """On both releases of Spark that serverless repos are tested with."""
    repo = render(workloads=workloads)
    shutil.copy(INSIDE / "test_refusals.py", repo / "tests")

    process = run_tests(repo, "tests/test_refusals.py")

    assert process.returncode == 0, process.stdout


@pytest.mark.parametrize("runtime", ["17.3.x-scala2.13", "16.4.x-scala2.12"])
def test_workspace_files_are_refused_on_a_job_cluster_too(
    render: Callable[..., Path], runtime: str
) -> None:
    """On Spark 4 and 3, whose classes differ."""
    repo = render(compute="job_cluster", runtime=runtime)
    shutil.copy(INSIDE / "test_classic.py", repo / "tests")

    process = run_tests(repo, "tests/test_classic.py")

    assert process.returncode == 0, process.stdout


@pytest.mark.parametrize(("code", "page"), MUTATIONS.items())
def test_a_step_that_does_it_fails_the_repos_own_tests(
    render: Callable[..., Path], code: str, page: str
) -> None:
    repo = render()
    (extract,) = repo.glob("src/*/etl/extract.py")
    signature_and_docstring = r'(def run\(spark: SparkSession.*?""".*?"""\n)'
    changed, count = re.subn(
        signature_and_docstring,
        lambda found: f"{found[1]}    {code}\n",
        extract.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    assert count == 1
    extract.write_text(changed, encoding="utf-8")

    process = run_tests(repo, "-x", "tests/test_pipeline.py")

    assert process.returncode == 1, process.stdout
    assert page in process.stdout
