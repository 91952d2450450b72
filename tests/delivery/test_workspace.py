"""`nox -s workspace` and the workflow that runs it, with a CLI that only writes down its calls."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import recorder
import rendering
import yaml

SCRIPT = rendering.ROOT / "tests/workspace/personas.py"
WORKFLOW = rendering.ROOT / ".github/workflows/workspace.yml"
TOOLS = Path(sys.executable).parent
Answer = tuple[int, list[str], str]


@pytest.fixture
def bench(tmp_path: Path) -> recorder.Bench:
    return recorder.Bench({}, tmp_path / "bench")


@pytest.fixture
def on_workspace(bench: recorder.Bench) -> Callable[..., Answer]:
    """Runs personas; returns the exit status, the calls of CLI and uv, and what was printed."""

    def on_workspace(*personas: str, **weather: str) -> Answer:
        own = {name: value for name, value in os.environ.items() if name.startswith("COPIER_")}
        process = subprocess.run(
            [sys.executable, str(SCRIPT), *personas],
            cwd=rendering.ROOT,
            env=bench.base | own | {"PLAN": "nothing"} | weather,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return process.returncode, [call.text for call in bench.calls()], process.stdout

    return on_workspace


ASKED = ["databricks auth describe --output json", "databricks warehouses list --output json"]
DEPLOYED = [
    "databricks bundle validate --strict --target dev",
    "databricks bundle deploy --target dev",
    "databricks bundle plan --target dev --output json",
    "databricks bundle run --target dev bw_storefront_smoke",
    "databricks bundle run --target dev bw_storefront",
    "uv run tests/workspace/test_workspace.py",
]
DESTROYED = ["databricks bundle destroy --target dev --auto-approve"]


def test_a_persona_is_deployed_run_checked_and_destroyed(on_workspace) -> None:
    status, calls, printed = on_workspace("storefront")
    assert (status, calls) == (0, [*ASKED, *DEPLOYED, *DESTROYED]), printed
    assert "storefront: passed" in printed


@pytest.mark.parametrize("failing", DEPLOYED)
def test_a_persona_that_fails_is_destroyed_all_the_same(failing: str, on_workspace) -> None:
    status, calls, printed = on_workspace("storefront", "minimal", FAILING=f"^{failing}$")
    tried = DEPLOYED[: DEPLOYED.index(failing) + 1]
    assert status == 1
    assert calls[2 : 2 + len(tried) + 1] == [*tried, *DESTROYED]
    assert calls.count(*DESTROYED) == 2  # the next persona runs, too
    assert "storefront: FAILED at" in printed


def test_a_plan_that_is_not_empty_fails(on_workspace) -> None:
    status, calls, printed = on_workspace("storefront", PLAN="changes")
    assert (status, calls[-1:]) == (1, DESTROYED)
    assert "FAILED at" in printed
    assert "scripts/plan.py" in printed


def test_a_copy_that_stays_is_a_failure(on_workspace) -> None:
    status, _, printed = on_workspace("storefront", FAILING="bundle destroy")
    assert status == 1
    assert "bundle destroy" in printed.splitlines()[-1]


@pytest.mark.parametrize("failing", ASKED)
def test_without_a_workspace_nothing_is_deployed(failing: str, on_workspace) -> None:
    status, calls, printed = on_workspace(FAILING=failing)
    assert (status, calls[-1]) == (1, failing)
    assert "no persona was deployed" in printed


def test_without_a_warehouse_it_says_what_to_create(on_workspace) -> None:
    status, calls, printed = on_workspace(WAREHOUSES="[]")
    assert (status, calls) == (1, ASKED)
    assert "no SQL warehouse: create one" in printed


def test_every_persona_runs_on_serverless_compute_alone(on_workspace, tmp_path: Path) -> None:
    status, calls, printed = on_workspace()
    assert status == 0, printed
    deployed = calls.count("databricks bundle deploy --target dev")
    assert deployed == len(list(rendering.ROOT.glob("tests/personas/*.yml")))
    destroyed = [text for text in calls if text == DESTROYED[0]]
    assert len(destroyed) == deployed


def test_the_session_is_skipped_where_no_workspace_is_named(bench: recorder.Bench) -> None:
    process = subprocess.run(
        [TOOLS / "nox", "--session", "workspace", "--no-install"],
        cwd=rendering.ROOT,
        env=bench.base | {"PATH": f"{TOOLS}:{bench.base['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert "No workspace: set DATABRICKS_HOST" in process.stderr


def test_the_workflow_is_what_github_reads() -> None:
    check = [TOOLS / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", WORKFLOW]
    zizmor = [TOOLS / "zizmor", "--offline", "--no-progress", WORKFLOW]
    for command in (check, zizmor):
        process = subprocess.run(command, capture_output=True, text=True, check=False)
        assert process.returncode == 0, process.stdout + process.stderr


def test_the_workflow_pins_what_generated_ones_pin(render: Callable[..., Path]) -> None:
    ci = render(task_type="wheel") / ".github/workflows/ci.yml"
    for action in re.findall(r"uses: (.*)", WORKFLOW.read_text(encoding="utf-8")):
        assert action in ci.read_text(encoding="utf-8")


@pytest.mark.parametrize("issue", ["", "7"])
def test_a_failure_opens_one_issue(issue: str, bench: recorder.Bench, tmp_path: Path) -> None:
    """The step of the workflow, with a `gh` that knows of an open issue or of none."""
    steps = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["personas"]["steps"]
    (step,) = (step for step in steps if step.get("if") == "failure()")
    (tmp_path / "bin").mkdir()
    gh = tmp_path / "bin/gh"
    log = tmp_path / "log"
    gh.write_text(f'#!/bin/sh\necho "$1 $2" >> "{log}"\n[ "$2" != list ] || echo {issue}\n')
    gh.chmod(0o755)
    variables = {"TITLE": "It fails", "BODY": "See", "PATH": f"{gh.parent}:{bench.base['PATH']}"}
    done, printed = bench.shell(step["run"], tmp_path, variables, pipefail=True)
    assert done, printed
    expected = ["issue list", "issue comment" if issue else "issue create"]
    assert log.read_text().splitlines() == expected
