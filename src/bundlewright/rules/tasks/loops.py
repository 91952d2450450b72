"""Loops: `for_each_task`, its inputs and the task that it runs for each of them.

Sources: https://docs.databricks.com/aws/en/jobs/tasks/for-each and, for the length of inputs,
https://docs.databricks.com/aws/en/jobs/for-each-lookup-example
"""

import json

from bundlewright.bundle.access import integer, items_of, known, place_at, value_at
from bundlewright.bundle.document import Map
from bundlewright.bundle.dynamic import references_in
from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import Problem, rule

_MOST_AT_ONCE = 100
_LONGEST_INPUTS = 10_000


def inputs_of(task):
    """The values that a loop runs its task for; None where they are known in a run only, or bad."""
    return _list_in(value_at(task, ("for_each_task", "inputs")))


def _list_in(text):
    if not isinstance(text, str) or "{{" in text or not known(text):
        return None
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, list) else None


@rule("BW318", ERROR, on="task", having=("for_each_task",))
def loop_in_a_loop(task, job, resource):
    """A loop runs another loop.

    The task inside a `for_each_task` cannot be one itself; the deploy fails. Let the loop start a
    job that has the inner one.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: regions
                  for_each_task:
                    inputs: '["eu", "us"]'
                    task:
                      task_key: tables
                      for_each_task:
                        inputs: '["orders", "customers"]'
                        task:
                          task_key: load
                          notebook_task:
                            notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: tables
                  for_each_task:
                    inputs: '["orders", "customers"]'
                    task:
                      task_key: load
                      notebook_task:
                        notebook_path: /Shared/load
    """
    if value_at(task, ("for_each_task", "task", "for_each_task")) is not None:
        path = ("for_each_task", "task", "for_each_task")
        message = "the task of a for_each_task cannot be a for_each_task"
        yield Problem(message, path, "move the inner loop to a job and run that", of_key=True)


@rule("BW319", ERROR, on="task", having=("for_each_task",))
def unusable_inputs(task, job, resource):
    """The inputs of a loop are no list.

    They are text: a JSON array, such as `'["orders", "customers"]'`, of at most 10,000 characters,
    or a reference to one, such as `{{job.parameters.tables}}`. The deploy or the run fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: tables
                  for_each_task:
                    inputs: orders, customers
                    task:
                      task_key: load
                      notebook_task:
                        notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: tables
                  for_each_task:
                    inputs: '["orders", "customers"]'
                    task:
                      task_key: load
                      notebook_task:
                        notebook_path: /Shared/load
    """
    loop = task["for_each_task"]
    inputs = loop.get("inputs") if isinstance(loop, Map) else None
    if isinstance(inputs, (Map, list)) or not known(inputs):
        return  # missing, of a wrong kind, or known to a deployment only
    path = ("for_each_task", "inputs")
    text = inputs if isinstance(inputs, str) else str(inputs).lower()
    if "{{" in text:
        yield from _unusable_default(text, job, path)
        return
    values = inputs_of(task)
    if len(text) > _LONGEST_INPUTS:
        message = f"the inputs have {len(text)} characters, but may have {_LONGEST_INPUTS}"
        yield Problem(message, path, "pass keys, and let the task look up what belongs to them")
    elif values is None:
        message = f"the inputs of a loop are a JSON array, but these are {text!r}"
        yield Problem(message, path, _HINT)
    elif not values:
        message = "the loop has no inputs, so its task never runs"
        yield Problem(message, path, severity=WARNING)


def _unusable_default(inputs, job, path):
    """The problem with the inputs of a loop that are a job parameter whose default is no list."""
    names = [one.parts for one in references_in(inputs) if one.said == inputs.strip()]
    for index, parameter in items_of(job, "parameters"):
        default = parameter.get("default")
        if ("job", "parameters", parameter.get("name")) not in names or not isinstance(
            default, str
        ):
            continue
        # An empty one has to be given a value by whoever starts the job.
        if default and known(default) and "{{" not in default and _list_in(default) is None:
            message = f"the inputs of a loop are a JSON array, but {inputs.strip()} is {default!r}"
            related = [(place_at(job, ("parameters", index, "default")), "its default")]
            yield Problem(message, path, f"{_HINT} for the default", related=related)


_HINT = """write a JSON array, such as '["a", "b"]'"""


@rule("BW320", ERROR, on="task", having=("for_each_task",))
def impossible_concurrency(task, job, resource):
    """A loop is to run its task fewer than once, or more than 100 times, at the same time.

    `concurrency` goes from 1, which it is by default, to 100; the deploy fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: tables
                  for_each_task:
                    inputs: '["orders", "customers"]'
                    concurrency: 500
                    task:
                      task_key: load
                      notebook_task:
                        notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: tables
                  for_each_task:
                    inputs: '["orders", "customers"]'
                    concurrency: 20
                    task:
                      task_key: load
                      notebook_task:
                        notebook_path: /Shared/load
    """
    path = ("for_each_task", "concurrency")
    concurrency = integer(value_at(task, path))
    if concurrency is not None and not 1 <= concurrency <= _MOST_AT_ONCE:
        message = f"concurrency is {concurrency}, but goes from 1 to {_MOST_AT_ONCE}"
        yield Problem(message, path)


_OUTSIDE = ("depends_on", "run_if")


@rule("BW321", WARNING, on="task", having=("for_each_task",))
def dependency_inside_a_loop(task, job, resource):
    """The task inside a loop says itself which tasks it waits for.

    That belongs to the loop: its task starts when the loop has started, for each input.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: extract
                  notebook_task:
                    notebook_path: /Shared/extract
                - task_key: tables
                  for_each_task:
                    inputs: '["orders", "customers"]'
                    task:
                      task_key: load
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
                - task_key: tables
                  depends_on:
                    - task_key: extract
                  for_each_task:
                    inputs: '["orders", "customers"]'
                    task:
                      task_key: load
                      notebook_task:
                        notebook_path: /Shared/load
    """
    for field in _OUTSIDE:
        path = ("for_each_task", "task", field)
        if value_at(task, path) not in (None, []):
            message = f"{field} stands in the task inside the loop"
            related = [(place_at(task, ("for_each_task",), of_key=True), "the loop")]
            yield Problem(message, path, "move it to the loop", of_key=True, related=related)
