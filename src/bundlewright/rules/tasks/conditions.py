"""If/else tasks: what they compare, and the tasks that wait for what comes out.

Sources: https://docs.databricks.com/aws/en/jobs/tasks/if-else and
https://docs.databricks.com/aws/en/jobs/run-if
"""

from bundlewright.bundle.access import items_of, known, place_at
from bundlewright.bundle.document import Map
from bundlewright.bundle.tasks import dependencies_of, keys_of
from bundlewright.finding import ERROR, WARNING, Fix
from bundlewright.rules import Problem, replacement, rule
from bundlewright.rules.tasks.kinds import types_of

# What people write for an outcome, by what it means; of the others it is not certain.
_SPELLINGS = {"true": "true", "success": "true", "yes": "true", "false": "false", "no": "false"}
_LIKELY = {
    **dict.fromkeys(("succeeded", "successful", "passed", "ok", "1", "on", "if"), "true"),
    **dict.fromkeys(("failed", "failure", "error", "0", "off", "else"), "false"),
}


def _outcomes(job):
    """The outcomes that tasks wait for: (path below the job, outcome, the task it is of)."""
    keys = None
    for index, task in items_of(job, "tasks"):
        for (*path, _), key in dependencies_of(task):
            outcome = task["depends_on"][path[1]].get("outcome")
            if known(outcome):
                keys = keys or keys_of(job)
                of = job["tasks"][keys[key]] if key in keys else None
                yield ("tasks", index, *path, "outcome"), outcome, of


def _is_condition(task):
    """Whether a task is an if/else task, or may be one: another rule reports what has no type."""
    if isinstance(task.get("condition_task"), (Map, str)):
        return True
    return not types_of(task)


@rule("BW307", ERROR, on="job")
def unknown_outcome(job, resource):
    """A task waits for an outcome that no condition has.

    A condition comes out as `"true"` or `"false"`; the deploy fails on anything else. To run after
    a task succeeded or failed is what `run_if` is for.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: has_rows
                  condition_task:
                    left: "{{job.parameters.rows}}"
                    op: GREATER_THAN
                    right: "0"
                - task_key: load
                  depends_on:
                    - task_key: has_rows
                      outcome: SUCCESS
                  notebook_task:
                    notebook_path: /Shared/load
              parameters:
                - name: rows
                  default: "1"
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: has_rows
                  condition_task:
                    left: "{{job.parameters.rows}}"
                    op: GREATER_THAN
                    right: "0"
                - task_key: load
                  depends_on:
                    - task_key: has_rows
                      outcome: "true"
                  notebook_task:
                    notebook_path: /Shared/load
              parameters:
                - name: rows
                  default: "1"
    """
    for path, outcome, of in _outcomes(job):
        if isinstance(outcome, bool) or outcome in ("true", "false") or of is None:
            continue
        if not _is_condition(of):
            continue  # what is wrong there is that it has an outcome
        word = str(outcome).strip().lower()
        meant = _SPELLINGS.get(word) or _LIKELY.get(word)
        place = place_at(job, path)
        fix = meant and replacement(resource.bundle, place, outcome, meant, word in _SPELLINGS)
        message = f"a condition cannot come out as {outcome!r}"
        hint = f'did you mean "{meant}"?' if meant else 'use "true" or "false"'
        yield Problem(message, path, hint, fix=fix or None)


@rule("BW308", ERROR, on="job")
def outcome_of_no_condition(job, resource):
    """A task waits for an outcome of a task that is no condition.

    Only if/else tasks have outcomes; the deploy fails. Which results of other tasks it runs after
    is what `run_if` says.

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
                      outcome: "true"
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
    for path, _, of in _outcomes(job):
        if of is not None and not _is_condition(of):
            message = f"task {of['task_key']!r} is no condition_task, it has no outcome"
            place = place_at(job, path, of_key=True)
            fix = Fix(False, ("remove", place, ""))
            hint = "remove the outcome; use run_if to say after which results the task runs"
            yield Problem(message, path, hint, of_key=True, fix=fix)


@rule("BW310", WARNING, on="job")
def undecided_condition(job, resource):
    """A condition decides nothing: no task waits for how it comes out.

    A task that depends on a condition without an `outcome` runs either way.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: is_full
                  condition_task:
                    left: "{{job.parameters.mode}}"
                    op: EQUAL_TO
                    right: full
                - task_key: load
                  depends_on:
                    - task_key: is_full
                  notebook_task:
                    notebook_path: /Shared/load
              parameters:
                - name: mode
                  default: full
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: is_full
                  condition_task:
                    left: "{{job.parameters.mode}}"
                    op: EQUAL_TO
                    right: full
                - task_key: load
                  depends_on:
                    - task_key: is_full
                      outcome: "true"
                  notebook_task:
                    notebook_path: /Shared/load
              parameters:
                - name: mode
                  default: full
    """
    conditions = {
        task.get("task_key"): index
        for index, task in items_of(job, "tasks")
        if isinstance(task.get("condition_task"), Map)
        and isinstance(task.get("task_key"), (str, type(None)))
    }
    if not conditions:
        return
    for _, task in items_of(job, "tasks"):
        dependencies = task.get("depends_on")
        if isinstance(dependencies, str):
            return  # only a deployment knows what it waits for
        for _, dependency in items_of(task, "depends_on"):
            key = dependency.get("task_key")
            if isinstance(key, str) and not known(key):
                return
            if isinstance(key, str) and dependency.get("outcome") is not None:
                conditions.pop(key, None)
    for key, index in conditions.items():
        message = f"condition {key!r} decides nothing: no task waits for its outcome"
        hint = 'add outcome: "true" or "false" to the depends_on of what it decides on'
        yield Problem(message, ("tasks", index, "condition_task"), hint, of_key=True)


@rule("BW312", WARNING, on="task", having=("condition_task",))
def constant_condition(task, job, resource):
    """A condition compares two fixed values, or something that is no number by size.

    It comes out the same way in every run, or fails in every run: `>`, `>=`, `<` and `<=` compare
    numbers. Compare with what the run knows, such as `{{job.parameters.rows}}`, or with a variable
    that each target sets.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: is_full
                  condition_task:
                    left: job.parameters.mode
                    op: EQUAL_TO
                    right: full
                - task_key: load
                  depends_on:
                    - task_key: is_full
                      outcome: "true"
                  notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: is_full
                  condition_task:
                    left: "{{job.parameters.mode}}"
                    op: EQUAL_TO
                    right: full
                - task_key: load
                  depends_on:
                    - task_key: is_full
                      outcome: "true"
                  notebook_task:
                    notebook_path: /Shared/load
              parameters:
                - name: mode
                  default: full
    """
    condition = task["condition_task"]
    if not isinstance(condition, Map):
        return
    operator = condition.get("op")
    fixed = [side for side in ("left", "right") if _is_fixed(condition.get(side))]
    if isinstance(operator, str) and operator.startswith(("GREATER_THAN", "LESS_THAN")):
        for side in fixed:
            if not _is_number(condition[side]):
                message = f"{operator} compares numbers, but {side} is {condition[side]!r}"
                hint = "compare numbers, or use EQUAL_TO or NOT_EQUAL"
                yield Problem(message, ("condition_task", side), hint, severity=ERROR)
                return
    brought = {place_at(resource.merged, path) for path, _ in resource.references.texts}
    written = [side for side in fixed if place_at(condition, (side,)) not in brought]
    if len(written) == 2:
        message = f"both sides of the condition are fixed: it compares {condition['left']!r}"
        message += f" with {condition['right']!r} in every run"
        hint = "compare with a dynamic value, such as {{job.parameters.name}}"
        yield Problem(message, ("condition_task",), hint, of_key=True)


def _is_fixed(value):
    if isinstance(value, str):
        return known(value) and "{{" not in value
    return isinstance(value, (int, float))


def _is_number(value):
    try:
        float(value)
    except ValueError:
        return False
    return not isinstance(value, bool)
