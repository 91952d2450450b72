"""Family 3: a job's tasks and how they depend on each other.

Source: https://docs.databricks.com/api/workspace/jobs/create
"""

import functools

from bundlewright.bundle.access import items_of, known, place_at
from bundlewright.bundle.references import find_cycles
from bundlewright.finding import ERROR
from bundlewright.rules import Problem, did_you_mean, rule
from bundlewright.schema.walker import load_table, type_at


@functools.cache
def task_types():
    """The fields of a task that say what it runs."""
    task = type_at(("resources", "jobs", "", "tasks", 0))
    return tuple(field for field in load_table().types[task][1] if field.endswith("_task"))


def _keys(job):
    """The keys of a job's tasks and their indexes."""
    return {
        task["task_key"]: index
        for index, task in items_of(job, "tasks")
        if isinstance(task.get("task_key"), str)
    }


def _dependencies(task):
    """What a task depends on, as (path below the task, key) pairs."""
    for index, dependency in items_of(task, "depends_on"):
        key = dependency.get("task_key")
        if isinstance(key, str) and known(key):
            yield ("depends_on", index, "task_key"), key


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
    keys = _keys(job)
    if not all(map(known, keys)):
        return  # a key that only a deployment knows may be the one
    for index, task in items_of(job, "tasks"):
        for path, key in _dependencies(task):
            if key not in keys:
                message = f"task {task.get('task_key')!r} depends on {key!r}, which is no task here"
                yield Problem(message, ("tasks", index, *path), did_you_mean(key, keys))


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
    keys = _keys(job)
    graph = {
        task["task_key"]: [key for _, key in _dependencies(task)]
        for _, task in items_of(job, "tasks")
        if task.get("task_key") in keys
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


@rule("BW303", ERROR, on="resource", kinds=("jobs",))
def duplicate_task_key(resource):
    """Two tasks of one list have the same key.

    The CLI merges them into one task without a word, which then has parts of both.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/extract
                - task_key: load
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
                  notebook_task:
                    notebook_path: /Shared/load
    """
    for path, key, place, first in resource.duplicates:
        if path == ("tasks",):
            message = f"task key {key!r} stands twice in job {resource.key!r}"
            hint = "give each task a key of its own"
            yield Problem(message, path, hint, place=place, related=[(first, "first here")])


@rule("BW304", ERROR, on="job")
def missing_task_key(job, resource):
    """A task has no `task_key`.

    The CLI merges all tasks without a key into one; the deploy fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
    """
    for index, task in items_of(job, "tasks"):
        if task.get("task_key") in (None, ""):
            yield Problem(f"task {index} of the job has no task_key", ("tasks", index))


@rule("BW305", ERROR, on="task")
def task_without_type(task, job, resource):
    """A task does not say what it runs.

    It needs exactly one of `notebook_task`, `python_wheel_task`, `sql_task` and so on; the deploy
    fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
    """
    if not any(field in task for field in task_types()):
        near = [field for field in task if field.endswith("_task")]
        hint = did_you_mean(near[0], task_types()) if near else "add one, such as notebook_task"
        yield Problem(f"task {task.get('task_key')!r} does not say what it runs", (), hint)


@rule("BW306", ERROR, on="task")
def task_with_two_types(task, job, resource):
    """A task says more than one thing to run.

    It needs exactly one; the deploy fails. Two steps are two tasks.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
                  run_job_task:
                    job_id: 1
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
    """
    types = [field for field in task_types() if task.get(field) is not None]
    if len(types) > 1:
        names = " and ".join(types)
        hint = "keep one, or make two tasks of it"
        yield Problem(f"task {task.get('task_key')!r} has {names}", (types[1],), hint, of_key=True)
