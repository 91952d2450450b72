"""The simulator itself, on small jobs: what each rule of the service comes to."""

from __future__ import annotations

from typing import Any

import pytest
from simulator import (
    ALWAYS,
    EXCLUDED,
    FAILED,
    SUCCEEDED,
    SUCCEEDED_WITH_FAILURES,
    UPSTREAM_FAILED,
    Behaviour,
    play,
)

BROKEN = Behaviour(failures=ALWAYS)


def task(key: str, *upstream: str, **fields: Any) -> dict[str, Any]:
    """Returns a task; `a:true` is the outcome of the condition `a`."""
    depends_on = []
    for each in upstream:
        name, _, outcome = each.partition(":")
        depends_on.append({"task_key": name} | ({"outcome": outcome} if outcome else {}))
    return {"task_key": key, "depends_on": depends_on, **fields}


def condition(left: str, op: str, right: str) -> dict[str, str]:
    return {"left": left, "op": op, "right": right}


@pytest.mark.parametrize(
    ("run_if", "none", "one", "both"),
    [
        ("ALL_SUCCESS", SUCCEEDED, UPSTREAM_FAILED, UPSTREAM_FAILED),
        ("AT_LEAST_ONE_SUCCESS", SUCCEEDED, SUCCEEDED, UPSTREAM_FAILED),
        ("NONE_FAILED", SUCCEEDED, UPSTREAM_FAILED, UPSTREAM_FAILED),
        ("ALL_DONE", SUCCEEDED, SUCCEEDED, SUCCEEDED),
        ("AT_LEAST_ONE_FAILED", EXCLUDED, SUCCEEDED, SUCCEEDED),
        ("ALL_FAILED", EXCLUDED, EXCLUDED, SUCCEEDED),
    ],
)
def test_run_if_decides_by_how_many_failed(run_if: str, none: str, one: str, both: str) -> None:
    job = {"tasks": [task("a"), task("b"), task("end", "a", "b", run_if=run_if)]}
    for broken, expected in [("", none), ("a", one), ("ab", both)]:
        assert play(job, dict.fromkeys(broken, BROKEN)).states["end"] == expected


def test_what_waits_for_what_did_not_run_does_not_run() -> None:
    run = play({"tasks": [task("a"), task("b", "a"), task("c", "b")]}, {"a": BROKEN})
    assert run.states == {"a": FAILED, "b": UPSTREAM_FAILED, "c": UPSTREAM_FAILED}
    assert run.result == FAILED


@pytest.mark.parametrize(("value", "runs"), [("12", "yes"), ("0", "no")])
def test_a_condition_excludes_the_other_branch_with_all_that_follows(value: str, runs: str) -> None:
    job = {
        "tasks": [
            task("count"),
            task(
                "if",
                "count",
                condition_task=condition("{{tasks.count.values.n}}", "GREATER_THAN", "9"),
            ),
            task("yes", "if:true"),
            task("after_yes", "yes", run_if="ALL_DONE"),
            task("no", "if:false"),
            task("after_no", "no", run_if="ALL_DONE"),
        ]
    }
    run = play(job, {"count": Behaviour(values={"n": value})})
    assert run.ran == {"count", "if", runs, f"after_{runs}"}
    assert run.result == SUCCEEDED


def test_texts_are_equal_only_as_texts() -> None:
    decide = task("if", condition_task=condition("12.0", "EQUAL_TO", "12"))
    assert play({"tasks": [decide]}).outcomes == {"if": "false"}


@pytest.mark.parametrize("left", ["{{tasks.a.values.typo}}", "many"])
def test_a_condition_fails_that_cannot_be_decided(left: str) -> None:
    decide = task("if", "a", condition_task=condition(left, "GREATER_THAN", "0"))
    run = play({"tasks": [task("a"), decide, task("b", "if:true")]})
    assert run.states == {"a": SUCCEEDED, "if": FAILED, "b": UPSTREAM_FAILED}


def test_a_join_runs_after_one_branch_where_none_failed() -> None:
    decide = task("if", condition_task=condition("a", "EQUAL_TO", "a"))
    join = task("join", "yes", "no", run_if="NONE_FAILED")
    job = {"tasks": [decide, task("yes", "if:true"), task("no", "if:false"), join]}
    assert play(job).states["join"] == SUCCEEDED
    assert play(job, {"yes": BROKEN}).states["join"] == UPSTREAM_FAILED


def test_retries_are_used_up() -> None:
    job = {"tasks": [task("a", max_retries=2)]}
    assert play(job, {"a": Behaviour(failures=2)}).result == SUCCEEDED
    run = play(job, {"a": Behaviour(failures=3)})
    assert (run.result, run.attempts) == (FAILED, {"a": 3})


def test_a_loop_fails_with_one_of_its_iterations() -> None:
    loop = {"inputs": "{{job.parameters.names}}", "task": {"task_key": "one", "max_retries": 1}}
    job = {
        "parameters": [{"name": "names", "default": '["x", "y"]'}],
        "tasks": [task("each", for_each_task=loop), task("end", "each")],
    }
    assert play(job).result == SUCCEEDED
    assert play(job, {"one[y]": Behaviour(failures=1)}).attempts["one[y]"] == 2
    run = play(job, {"one[y]": BROKEN})
    assert run.states == {
        "one[x]": SUCCEEDED,
        "one[y]": FAILED,
        "each": FAILED,
        "end": UPSTREAM_FAILED,
    }
    assert "one[z]" in play(job, parameters={"names": '["z"]'}).ran


def test_a_last_task_that_always_runs_hides_a_failure() -> None:
    """The mistake that the tests of the generated jobs look for."""
    job = {"tasks": [task("work"), task("clean", "work", run_if="ALL_DONE")]}
    assert play(job, {"work": BROKEN}).result == SUCCEEDED_WITH_FAILURES


def test_whether_never_run_counts_as_failed_can_be_chosen() -> None:
    job = {"tasks": [task("a"), task("b", "a"), task("c", "b", run_if="AT_LEAST_ONE_FAILED")]}
    assert play(job, {"a": BROKEN}).states["c"] == SUCCEEDED
    assert play(job, {"a": BROKEN}, upstream_failed_is_failed=False).states["c"] == EXCLUDED


def test_circles_and_missing_tasks_are_refused() -> None:
    with pytest.raises(ValueError, match="wait for each other"):
        play({"tasks": [task("a", "b"), task("b", "a")]})
    with pytest.raises(ValueError, match="no task b"):
        play({"tasks": [task("a", "b")]})
