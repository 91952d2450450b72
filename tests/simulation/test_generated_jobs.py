"""The generated job, played: for every pattern, every score and every failure of its tasks."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

import pytest
import rendering
import yaml
from simulator import ALWAYS, EXCLUDED, FAILED, SUCCEEDED, Behaviour, Run, depends_on, play

BROKEN = Behaviour(failures=ALWAYS)
PATTERNS = rendering.choices("pattern")
GATED = ["quality_gate", "workflow"]
WORKLOADS = {"alone": ["python"], "full": rendering.choices("workloads")}
TRANSFORMS = {"transform_customers", "transform_orders", "transform_products"}
TAIL = {
    *("build_orders", "report", "refresh_pipeline", "check_pipeline"),
    *("dbt_build", "jar_totals", "score_batch"),
}
# Tasks that fail on purpose, and those that have no retries of their own.
ONCE = {"alert_poor", "escalate", "has_rows", "is_good", "is_fair"}

Jobs = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def job_for(renderer: rendering.Renderer) -> Jobs:
    """Returns the main job for the named answers, with defaults for the others."""

    @functools.cache
    def job_for(pattern: str, workloads: str = "alone", **named: Any) -> dict[str, Any]:
        given = {"pattern": pattern, "workloads": WORKLOADS[workloads], **named}
        answers = rendering.Answers(
            renderer, lambda name, _: renderer.default(name, answers), given
        )
        path = f"resources/jobs/{answers.read('package_name')}.job.yml"
        files = renderer.tree(answers, lambda other: other == path)
        (job,) = yaml.safe_load(files[path])["resources"]["jobs"].values()
        return job

    return job_for


@pytest.fixture(params=rendering.choices("task_type"))
def task_type(request: pytest.FixtureRequest) -> str:
    return request.param


def circumstances(pattern: str) -> list[dict[str, Behaviour]]:
    """Returns what may come of extraction and checks, where the pattern branches by it."""
    if pattern == "condition":
        return [{"extract": Behaviour(values={"record_count": rows})} for rows in ("0", "12")]
    if pattern in GATED:
        return [{"check_quality": scored(score)} for score in ("GOOD", "FAIR", "POOR")]
    return [{}]


def scored(score: str) -> Behaviour:
    return Behaviour(values={"quality_score": score})


def keys(job: dict[str, Any]) -> set[str]:
    return {task["task_key"] for task in job["tasks"]}


def after(job: dict[str, Any], key: str) -> set[str]:
    """Returns the tasks that wait for a task, directly or not."""
    found: set[str] = set()
    while new := {t["task_key"] for t in job["tasks"] if depends_on(t) & {key, *found}} - found:
        found |= new
    return found


def iterations(run: Run) -> set[str]:
    return {key for key in run.states if "[" in key}


def breaking(behaviours: dict[str, Behaviour], *broken: str) -> dict[str, Behaviour]:
    return behaviours | dict.fromkeys(broken, BROKEN)


@pytest.mark.parametrize("workloads", WORKLOADS)
@pytest.mark.parametrize("pattern", ["linear", "fan_out", "for_each"])
def test_without_branches_every_task_runs(
    pattern: str, workloads: str, task_type: str, job_for: Jobs
) -> None:
    job = job_for(pattern, workloads, task_type=task_type)
    run = play(job)
    assert run.result == SUCCEEDED
    assert run.ran - iterations(run) == keys(job)
    assert (keys(job) >= TAIL) == (workloads == "full")


@pytest.mark.parametrize("workloads", WORKLOADS)
@pytest.mark.parametrize("pattern", GATED)
@pytest.mark.parametrize(
    ("score", "path"),
    [
        ("GOOD", {*TRANSFORMS, "load"}),
        ("FAIR", {"is_fair", "transform_limited", "load"}),
        ("POOR", {"is_fair", "alert_poor"}),
    ],
)
def test_a_score_takes_its_path(
    score: str, path: set[str], pattern: str, workloads: str, task_type: str, job_for: Jobs
) -> None:
    job = job_for(pattern, workloads, task_type=task_type)
    # As the steps behave: these two always raise.
    run = play(job, breaking({"check_quality": scored(score)}, "alert_poor", "escalate"))
    expected = {"extract", "check_quality", "is_good"} | path
    if "load" in path:
        expected |= TAIL & keys(job) | {"update_metadata", "notify_success"} & keys(job)
    else:
        expected |= {"escalate"} & keys(job)
    assert run.ran == expected
    assert run.result == (FAILED if score == "POOR" else SUCCEEDED)


@pytest.mark.parametrize("workloads", WORKLOADS)
@pytest.mark.parametrize("rows", ["0", "12"])
def test_rows_decide_whether_to_transform(
    rows: str, workloads: str, task_type: str, job_for: Jobs
) -> None:
    job = job_for("condition", workloads, task_type=task_type)
    run = play(job, {"extract": Behaviour(values={"record_count": rows})})
    full = {"transform", "load"} | TAIL & keys(job)
    assert run.ran == {"extract", "has_rows"} | ({"no_data"} if rows == "0" else full)
    assert run.result == SUCCEEDED


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("workloads", WORKLOADS)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_failure_is_hidden(
    pattern: str, workloads: str, counts: bool, task_type: str, job_for: Jobs
) -> None:
    """Whichever one or two tasks fail, so does the run: nobody takes it for a good one.

    That holds even if the escalation, which is to fail, does not, and whether or not a task that
    never ran counts as a failed one.
    """
    job = job_for(pattern, workloads, task_type=task_type)
    for behaviours in circumstances(pattern):
        tried = sorted(play(job, behaviours).attempts)
        for broken in itertools.combinations_with_replacement(tried, 2):
            run = play(job, breaking(behaviours, *broken), upstream_failed_is_failed=counts)
            assert FAILED in run.states.values(), broken
            assert run.result == FAILED, broken


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("workloads", WORKLOADS)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_nothing_builds_on_what_failed(
    pattern: str, workloads: str, counts: bool, job_for: Jobs
) -> None:
    job = job_for(pattern, workloads)
    for behaviours in circumstances(pattern):
        for broken in play(job, behaviours).attempts:
            run = play(job, breaking(behaviours, broken), upstream_failed_is_failed=counts)
            key = "transform_each" if "[" in broken else broken
            assert run.ran & after(job, key) <= {"escalate"}, broken


@pytest.mark.parametrize("pattern", [pattern for pattern in PATTERNS if pattern != "linear"])
def test_a_workload_does_not_wait_for_another(pattern: str, job_for: Jobs) -> None:
    """A failure of one leaves the others alone, where they are side by side."""
    job = job_for(pattern, "full")
    behaviours = circumstances(pattern)[0] if pattern in GATED else circumstances(pattern)[-1]
    run = play(job, breaking(behaviours, "dbt_build"))
    assert run.ran >= TAIL


@pytest.mark.parametrize("workloads", WORKLOADS)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_passing_fault_is_survived(
    pattern: str, workloads: str, task_type: str, job_for: Jobs
) -> None:
    job = job_for(pattern, workloads, task_type=task_type)
    for behaviours in circumstances(pattern):
        expected = play(job, behaviours)
        for key in expected.attempts.keys() - ONCE:
            values = behaviours[key].values if key in behaviours else {}
            run = play(job, behaviours | {key: Behaviour(failures=1, values=values)})
            assert run.attempts[key] == 2
            assert (run.states, run.result) == (expected.states, expected.result), key


@pytest.mark.parametrize("workloads", WORKLOADS)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_what_fails_on_purpose_is_not_tried_again(
    pattern: str, workloads: str, job_for: Jobs
) -> None:
    for compute in rendering.choices("compute"):
        for task in job_for(pattern, workloads, compute=compute)["tasks"]:
            if task["task_key"] in ONCE:
                assert not task.keys() & {"max_retries", "retry_on_timeout"}
            if task["task_key"] in ("alert_poor", "escalate"):
                assert task.get("disable_auto_optimization", False) == (compute == "serverless")


@pytest.mark.parametrize("workloads", WORKLOADS)
def test_a_failure_is_escalated_and_a_success_is_not(workloads: str, job_for: Jobs) -> None:
    job = job_for("workflow", workloads)
    for behaviours in circumstances("workflow"):
        healthy = play(job, behaviours)
        assert healthy.states["escalate"] == EXCLUDED
        # A condition has nobody to tell, and notify_success fails the run by itself.
        for broken in healthy.ran - {"is_good", "is_fair", "notify_success"}:
            run = play(job, breaking(behaviours, broken), upstream_failed_is_failed=False)
            assert "escalate" in run.ran, broken


@pytest.mark.parametrize("workloads", WORKLOADS)
def test_success_is_told_of_a_success_only(workloads: str, job_for: Jobs) -> None:
    job = job_for("workflow", workloads)
    for behaviours in circumstances("workflow")[:2]:
        healthy = play(job, behaviours)
        assert "notify_success" in healthy.ran
        for broken in healthy.ran - {"notify_success"}:
            run = play(job, breaking(behaviours, broken))
            assert "notify_success" not in run.ran, broken


def test_each_table_is_transformed_on_its_own(task_type: str, job_for: Jobs) -> None:
    job = job_for("for_each", task_type=task_type)
    names = {f"transform[{entity}]" for entity in ("customers", "orders", "products")}
    run = play(job, {"transform[orders]": BROKEN})
    assert iterations(run) == names
    assert {key for key in names if run.states[key] == SUCCEEDED} == names - {"transform[orders]"}
    assert "load" not in run.ran
    assert iterations(play(job, parameters={"tables": '["orders"]'})) == {"transform[orders]"}
