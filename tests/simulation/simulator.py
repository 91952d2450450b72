"""Plays one run of a job: which tasks run, how each of them ends, and what comes of the run.

It knows of a job what the service's scheduler reads: dependencies with their outcomes, `run_if`,
conditions, loops and retries. The rules are those of
https://docs.databricks.com/jobs/run-if and https://docs.databricks.com/jobs/if-else.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

SUCCEEDED = "succeeded"
FAILED = "failed"
UPSTREAM_FAILED = "upstream failed"
EXCLUDED = "excluded"
# Some task failed, but no task that nothing depends on: the service counts that as a success.
SUCCEEDED_WITH_FAILURES = "succeeded with failures"

ALWAYS = math.inf

COMPARE: dict[str, Callable[[str, str], bool]] = {
    # As texts, whereas sizes are compared as numbers.
    "EQUAL_TO": lambda left, right: left == right,
    "NOT_EQUAL": lambda left, right: left != right,
    "GREATER_THAN": lambda left, right: float(left) > float(right),
    "GREATER_THAN_OR_EQUAL": lambda left, right: float(left) >= float(right),
    "LESS_THAN": lambda left, right: float(left) < float(right),
    "LESS_THAN_OR_EQUAL": lambda left, right: float(left) <= float(right),
}


@dataclass(frozen=True)
class Behaviour:
    """How a task behaves when it runs.

    Args:
        failures: how many attempts fail before one succeeds.
        values: the task values that it sets when it succeeds.
    """

    failures: float = 0
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Run:
    """What has become of a run.

    Args:
        result: of the run.
        states: of each task, by its key; of an iteration, by `<key of the inner task>[<input>]`.
        attempts: how often each of those was tried that did run.
        outcomes: of each condition that was decided, "true" or "false".
    """

    result: str = SUCCEEDED
    states: dict[str, str] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)

    @property
    def ran(self) -> set[str]:
        """The tasks that were tried."""
        return {key for key, state in self.states.items() if state in (SUCCEEDED, FAILED)}


class Unknown(Exception):
    """A reference names a value that no task has set and no parameter has."""


def play(
    job: Mapping[str, Any],
    behaviours: Mapping[str, Behaviour] | None = None,
    parameters: Mapping[str, str] | None = None,
    upstream_failed_is_failed: bool = True,
) -> Run:
    """Plays a run of a job.

    Args:
        job: as it stands under `resources.jobs.<key>`, of one target.
        behaviours: how tasks behave, by key; others succeed at once. An iteration goes by
            `<key of the inner task>[<input>]`.
        parameters: of the job, in place of their defaults.
        upstream_failed_is_failed: whether a dependency that never ran, for what failed before it,
            counts as a failed one; the documentation leaves that open.

    Raises:
        ValueError: tasks wait for each other in a circle, or for one that there is not.
    """
    behaviours = behaviours or {}
    defaults = {each["name"]: each["default"] for each in job.get("parameters", [])}
    known = {
        f"job.parameters.{key}": value for key, value in {**defaults, **(parameters or {})}.items()
    }
    run = Run()
    bad = {FAILED, UPSTREAM_FAILED} if upstream_failed_is_failed else {FAILED}
    for task in in_order(job["tasks"]):
        key = task["task_key"]
        state = decide(task, run, bad)
        if state is None:
            state = perform(task, behaviours, known, run)
        run.states[key] = state
    run.result = result_of(job["tasks"], run.states)
    return run


def in_order(tasks: list[Any]) -> Iterator[Any]:
    """Yields tasks so that each comes after those that it depends on."""
    waiting = {task["task_key"]: task for task in tasks}
    while waiting:
        ready = [key for key, task in waiting.items() if not depends_on(task) & waiting.keys()]
        if not ready:
            raise ValueError(f"tasks wait for each other: {', '.join(waiting)}")
        for key in ready:
            yield waiting.pop(key)


def depends_on(task: Mapping[str, Any]) -> set[str]:
    """Returns the keys of the tasks that a task depends on."""
    return {each["task_key"] for each in task.get("depends_on", [])}


def decide(task: Mapping[str, Any], run: Run, bad: set[str]) -> str | None:
    """Returns how a task ends without running, or none if it is to run."""
    upstream = [seen_from(each, run) for each in task.get("depends_on", [])]
    if not upstream:
        return None
    if all(state == EXCLUDED for state in upstream):
        return EXCLUDED
    failed = [state in bad for state in upstream]
    succeeded = [state == SUCCEEDED for state in upstream]
    # An excluded task counts as one that succeeded, but not as one that ran.
    met = {
        "ALL_SUCCESS": all(state in (SUCCEEDED, EXCLUDED) for state in upstream),
        "AT_LEAST_ONE_SUCCESS": any(succeeded),
        "NONE_FAILED": not any(failed) and any(succeeded),
        "ALL_DONE": True,
        "AT_LEAST_ONE_FAILED": any(failed),
        "ALL_FAILED": all(failed),
    }
    run_if = task.get("run_if", "ALL_SUCCESS")
    if met[run_if]:
        return None
    return EXCLUDED if run_if in ("AT_LEAST_ONE_FAILED", "ALL_FAILED") else UPSTREAM_FAILED


def seen_from(dependency: Mapping[str, Any], run: Run) -> str:
    """Returns the state of a dependency: a condition that came out otherwise is excluded."""
    key = dependency["task_key"]
    if key not in run.states:
        raise ValueError(f"no task {key}")
    outcome = dependency.get("outcome")
    if run.states[key] == SUCCEEDED and outcome is not None and run.outcomes[key] != outcome:
        return EXCLUDED
    return run.states[key]


def perform(
    task: Mapping[str, Any],
    behaviours: Mapping[str, Behaviour],
    known: dict[str, str],
    run: Run,
) -> str:
    """Runs a task, with its retries, and returns how it ends."""
    key = task["task_key"]
    if "for_each_task" in task:
        loop = task["for_each_task"]
        try:
            inputs = json.loads(resolve(loop["inputs"], known))
        except Unknown:
            return FAILED
        states = []
        for item in inputs:
            name = f"{loop['task']['task_key']}[{item}]"
            run.states[name] = attempt(loop["task"], name, behaviours, run)
            states.append(run.states[name])
        return FAILED if FAILED in states else SUCCEEDED
    state = attempt(task, key, behaviours, run)
    if state == SUCCEEDED and "condition_task" in task:
        condition = task["condition_task"]
        try:
            left, right = (resolve(condition[side], known) for side in ("left", "right"))
            run.outcomes[key] = str(COMPARE[condition["op"]](left, right)).lower()
        except (Unknown, ValueError):
            return FAILED
    if state == SUCCEEDED and key in behaviours:
        for name, value in behaviours[key].values.items():
            known[f"tasks.{key}.values.{name}"] = value
    return state


def attempt(
    task: Mapping[str, Any], name: str, behaviours: Mapping[str, Behaviour], run: Run
) -> str:
    """Tries a task as often as its retries allow."""
    failures = behaviours.get(name, Behaviour()).failures
    tries = 1 + task.get("max_retries", 0)
    run.attempts[name] = int(min(failures + 1, tries))
    return SUCCEEDED if failures < tries else FAILED


def resolve(text: str, known: Mapping[str, str]) -> str:
    """Returns a text with its `{{...}}` references resolved."""

    def value_of(match: re.Match[str]) -> str:
        if match[1] not in known:
            raise Unknown(match[1])
        return known[match[1]]

    return re.sub(r"\{\{\s*([\w.]+)\s*\}\}", value_of, text)


def result_of(tasks: list[Any], states: Mapping[str, str]) -> str:
    """Returns the result of a run: that of the tasks on which no other depends."""
    upstream = set().union(*(depends_on(task) for task in tasks))
    leaves = [task["task_key"] for task in tasks if task["task_key"] not in upstream]
    if any(states[key] in (FAILED, UPSTREAM_FAILED) for key in leaves):
        return FAILED
    return SUCCEEDED_WITH_FAILURES if FAILED in states.values() else SUCCEEDED
