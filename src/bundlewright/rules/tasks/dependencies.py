"""Which task waits for which.

Source: https://docs.databricks.com/aws/en/jobs/run-if
"""

from bundlewright.bundle.access import items_of, known, place_at, value_at
from bundlewright.bundle.references import find_cycles
from bundlewright.bundle.tasks import dependencies_of, keys_of
from bundlewright.finding import ERROR, INFO, WARNING
from bundlewright.rules import Problem, did_you_mean, nearest, replacement, rule


@rule("BW301", ERROR, on="job")
def undefined_dependency(job, resource):
    """A task depends on a task that its job does not have.

    `bundle validate` lets it pass; the deploy fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: extract
                  notebook_task:
                    notebook_path: /Shared/extract
                - task_key: load
                  depends_on:
                    - task_key: extrct
                  notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: extract
                  notebook_task:
                    notebook_path: /Shared/extract
                - task_key: load
                  depends_on:
                    - task_key: extract
                  notebook_task:
                    notebook_path: /Shared/load
    """
    keys = keys_of(job)
    if not all(map(known, keys)):
        return  # a key that only a deployment knows may be the one
    for index, task in items_of(job, "tasks"):
        for path, key in dependencies_of(task):
            if key not in keys:
                message = f"task {task.get('task_key')!r} depends on {key!r}, which is no task here"
                path = ("tasks", index, *path)
                loops = [name for name, at in keys.items() if _runs_inside(job["tasks"][at], key)]
                near = loops[0] if loops else nearest(key, keys)
                hint = f"depend on the loop that runs it: {near!r}" if loops else ""
                place = place_at(job, path)
                fix = near and replacement(resource.bundle, place, key, near, safe=False)
                yield Problem(message, path, hint or did_you_mean(key, keys), fix=fix or None)


def _runs_inside(task, key):
    return value_at(task, ("for_each_task", "task", "task_key")) == key


@rule("BW302", ERROR, on="job")
def dependency_cycle(job, resource):
    """Tasks depend on each other in a circle, or a task on itself.

    None of them could ever start; the deploy fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: extract
                  depends_on:
                    - task_key: load
                  notebook_task:
                    notebook_path: /Shared/extract
                - task_key: load
                  depends_on:
                    - task_key: extract
                  notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: extract
                  notebook_task:
                    notebook_path: /Shared/extract
                - task_key: load
                  depends_on:
                    - task_key: extract
                  notebook_task:
                    notebook_path: /Shared/load
    """
    keys = keys_of(job)
    graph = {
        task["task_key"]: [key for _, key in dependencies_of(task)]
        for _, task in items_of(job, "tasks")
        if isinstance(task.get("task_key"), str) and task["task_key"] in keys
    }
    for cycle in find_cycles(graph):
        index = keys[cycle[0]]
        related = [
            (place_at(job, ("tasks", keys[key])), f"task {key!r} is part of it")
            for key in cycle[1:]
        ]
        chain = " -> ".join((*cycle, cycle[0]))
        message = f"tasks depend on each other in a circle: {chain}"
        yield Problem(message, ("tasks", index, "depends_on"), related=related)


@rule("BW309", WARNING, on="task", having=("depends_on",))
def repeated_dependency(task, job, resource):
    """A task depends on another one twice.

    Once is enough. Twice with two outcomes is an error: a condition comes out one way, so the task
    never runs. To run either way, leave the outcome out.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: extract
                  notebook_task:
                    notebook_path: /Shared/extract
                - task_key: load
                  depends_on:
                    - task_key: extract
                    - task_key: extract
                  notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: extract
                  notebook_task:
                    notebook_path: /Shared/extract
                - task_key: load
                  depends_on:
                    - task_key: extract
                  notebook_task:
                    notebook_path: /Shared/load
    """
    if len(items_of(task, "depends_on")) < 2:
        return
    first = {}
    for path, key in dependencies_of(task):
        if key not in first:
            first[key] = path
            continue
        related = [(place_at(task, first[key]), "first here")]
        outcomes = {_outcome(task, path), _outcome(task, first[key])}
        name = task.get("task_key")
        if None in outcomes or len(outcomes) == 1:
            message = f"task {name!r} depends on {key!r} twice"
            yield Problem(message, path, "remove one of them", related=related)
        else:
            message = f"task {name!r} waits for two outcomes of {key!r}, of which one comes"
            hint = "depend on it once, without an outcome"
            yield Problem(message, path, hint, severity=ERROR, related=related)


def _outcome(task, path):
    outcome = value_at(task, (*path[:-1], "outcome"))
    return str(outcome).lower() if known(outcome) else None


@rule("BW311", INFO, on="task", profile="strict", having=("run_if",))
def run_if_without_dependency(task, job, resource):
    """A task says on which results of others it runs, and depends on none.

    `run_if` then does nothing.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: clean_up
                  run_if: ALL_DONE
                  notebook_task:
                    notebook_path: /Shared/clean_up
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
                - task_key: clean_up
                  depends_on:
                    - task_key: load
                  run_if: ALL_DONE
                  notebook_task:
                    notebook_path: /Shared/clean_up
    """
    if task.get("run_if") is not None and task.get("depends_on") in (None, []):
        message = f"task {task.get('task_key')!r} has run_if and depends on no task"
        yield Problem(message, ("run_if",), "add depends_on, or remove run_if", of_key=True)
