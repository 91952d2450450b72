"""What `{{...}}` references name: tasks, parameters and inputs that are there when they are read.

Source: https://docs.databricks.com/aws/en/jobs/dynamic-value-references
"""

from bundlewright.bundle.access import has_mutators, is_lost, items_of, known, place_at, value_at
from bundlewright.bundle.document import Seq
from bundlewright.bundle.dynamic import references_of
from bundlewright.bundle.tasks import keys_of, upstream_of
from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import DYNAMIC, Problem, did_you_mean, nearest, replacement, rule
from bundlewright.rules.tasks.loops import inputs_of


def _fix(job, resource, reference, index, near):
    """The fix that puts the name that was meant in the place of a part of a reference."""
    if near is None:
        return None
    parts = (*reference.parts[:index], near, *reference.parts[index + 1 :])
    text = reference.replaced_by(parts)
    place = place_at(job, reference.path)
    return replacement(resource.bundle, place, reference.text, text, False)


@rule("BW221", ERROR, on="job", having=(DYNAMIC,))
def reference_to_unknown_task(job, resource):
    """A `{{tasks...}}` reference names a task that the job does not have.

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
                  notebook_task:
                    notebook_path: /Shared/load
                    base_parameters:
                      rows: "{{tasks.extrct.values.rows}}"
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
                    base_parameters:
                      rows: "{{tasks.extract.values.rows}}"
    """
    if not job.has_dynamic:
        return
    keys = _all_keys(job)
    if not all(map(known, keys)) or has_mutators(resource.bundle):
        return
    for reference in references_of(job, "tasks"):
        for key in reference.parts[1:2]:
            if key not in keys:
                fix = _fix(job, resource, reference, 1, nearest(key, keys))
                message = f"{reference.said}: the job has no task {key!r}"
                yield Problem(message, reference.path, did_you_mean(key, keys), fix=fix)


def _all_keys(job):
    """The keys of a job's tasks, and of those inside loops."""
    inner = [
        value_at(task, ("for_each_task", "task", "task_key")) for _, task in items_of(job, "tasks")
    ]
    return [*keys_of(job), *(key for key in inner if isinstance(key, str))]


@rule("BW222", ERROR, on="job", having=(DYNAMIC,))
def reference_to_later_task(job, resource):
    """A `{{tasks...}}` reference names a task that may not have run yet.

    A task knows of those that it waits for: those in its `depends_on`, and what they depend on.

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
                  notebook_task:
                    notebook_path: /Shared/load
                    base_parameters:
                      rows: "{{tasks.extract.values.rows}}"
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
                    base_parameters:
                      rows: "{{tasks.extract.values.rows}}"
    """
    if not job.has_dynamic:
        return
    keys = keys_of(job)
    upstream = {}
    for reference in references_of(job, "tasks"):
        path, parts = reference.path, reference.parts
        user = value_at(job, (*path[:2], "task_key")) if path[0] == "tasks" else None
        if not isinstance(user, str) or len(parts) < 2 or parts[1] not in keys:
            continue
        if user not in upstream:
            upstream[user] = upstream_of(job, user)
        before = upstream[user]
        if before is None or parts[1] in before or is_lost(resource, "depends_on"):
            continue
        if parts[1] == user:
            message = f"{reference.said}: task {user!r} refers to itself"
            yield Problem(message, path, "use {{task...}} for what is known of the task itself")
        else:
            message = f"{reference.said}: task {user!r} does not wait for {parts[1]!r}"
            hint = f"add {parts[1]!r} to its depends_on"
            related = [(place_at(job, ("tasks", keys[parts[1]], "task_key")), "the task")]
            yield Problem(message, path, hint, related=related)


@rule("BW223", ERROR, on="job", having=(DYNAMIC,))
def undefined_job_parameter(job, resource):
    """A `{{job.parameters...}}` reference names a parameter that the job does not define.

    Unless each run is given one of that name, the text is passed on as it stands.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              parameters:
                - name: catalog
                  default: main
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
                    base_parameters:
                      catalog: "{{job.parameters.catalogue}}"
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              parameters:
                - name: catalog
                  default: main
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
                    base_parameters:
                      catalog: "{{job.parameters.catalog}}"
    """
    if not job.has_dynamic or is_lost(resource, "parameters"):
        return
    if not isinstance(job.get("parameters"), (Seq, type(None))):
        return  # only a deployment knows them
    names = [str(item.get("name")) for _, item in items_of(job, "parameters")]
    if not all(map(known, names)) or has_mutators(resource.bundle):
        return
    for reference in references_of(job, "job"):
        section, *rest = reference.parts[1:] or (None,)
        if section != "parameters" or not rest or rest[0] in names or ".".join(rest) in names:
            continue
        fix = _fix(job, resource, reference, 2, nearest(rest[0], names))
        message = f"{reference.said}: the job has no parameter {rest[0]!r}"
        hint = did_you_mean(rest[0], names) or "define it under the job's parameters"
        yield Problem(message, reference.path, hint, fix=fix)


@rule("BW224", ERROR, on="job", having=(DYNAMIC,))
def input_of_no_loop(job, resource):
    """`{{input}}` stands outside a loop, or asks for a field that its inputs do not have.

    Only the task inside a `for_each_task` has an input.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: tables
                  for_each_task:
                    inputs: '[{"table": "orders"}]'
                    task:
                      task_key: load
                      notebook_task:
                        notebook_path: /Shared/load
                        base_parameters:
                          table: "{{input.tables}}"
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: tables
                  for_each_task:
                    inputs: '[{"table": "orders"}]'
                    task:
                      task_key: load
                      notebook_task:
                        notebook_path: /Shared/load
                        base_parameters:
                          table: "{{input.table}}"
    """
    for reference in references_of(job, "input"):
        path = reference.path
        if path[0] != "tasks" or path[2:4] != ("for_each_task", "task"):
            # Inside more text it may be a template of another tool, unless a loop is to read that.
            is_whole = reference.said == reference.text.strip()
            severity = None if is_whole or path[2:] == ("for_each_task", "inputs") else WARNING
            message = f"{reference.said} stands outside a loop, so it is passed on as it stands"
            hint = "only the task inside a for_each_task has an input"
            yield Problem(message, path, hint, severity=severity)
            continue
        inputs = inputs_of(value_at(job, path[:2]))
        for field in reference.parts[1:2] if inputs else ():
            fields = [set(one) if isinstance(one, dict) else set() for one in inputs]
            having = [field in one for one in fields]
            if all(having):
                continue
            names = sorted(set().union(*fields))
            message = f"{reference.said}: "
            if any(having):
                message += f"input {having.index(False) + 1} of the loop has no {field!r}"
                yield Problem(message, path, "give it to all of them", severity=WARNING)
            else:
                message += f"the inputs of the loop have no {field!r}"
                hint = did_you_mean(field, names) if names else "use {{input}}"
                yield Problem(message, path, hint)


@rule("BW229", WARNING, on="job", having=(DYNAMIC,))
def output_of_no_query(job, resource):
    """A `{{tasks.<name>.output...}}` reference names a task that has no such output.

    Only SQL tasks have rows, and alerts a state; what other tasks set is under `values`.

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
                  notebook_task:
                    notebook_path: /Shared/load
                    base_parameters:
                      rows: "{{tasks.extract.output.rows}}"
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
                    base_parameters:
                      rows: "{{tasks.extract.values.rows}}"
    """
    if not job.has_dynamic:
        return
    keys = keys_of(job)
    for reference in references_of(job, "tasks"):
        key, field, *_ = (*reference.parts[1:], None, None)
        if field == "output" and key in keys:
            kinds = [one for one in job["tasks"][keys[key]] if one.endswith("_task")]
            if kinds and not {"sql_task", "alert_task"}.intersection(kinds):
                message = f"{reference.said}: task {key!r} is a {kinds[0]}, which has no output"
                hint = "set a task value there and refer to that, under 'values'"
                yield Problem(message, reference.path, hint)
