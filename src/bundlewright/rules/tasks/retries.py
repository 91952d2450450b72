"""Retries, timeouts and how many runs there may be at once.

Source: https://docs.databricks.com/api/workspace/jobs/create
"""

from bundlewright.bundle.access import integer, is_true, place_at, tasks_of
from bundlewright.finding import ERROR, INFO, WARNING
from bundlewright.rules import Problem, rule

_RETRIES = ("max_retries", "min_retry_interval_millis", "retry_on_timeout")

_LEAST = {"timeout_seconds": 0, "max_retries": -1, "min_retry_interval_millis": 0}


@rule("BW317", ERROR, on="task", having=("for_each_task", "condition_task"))
def retries_of_a_loop(task, job, resource):
    """A loop or a condition has settings for retries.

    A loop retries the tasks that it runs, so they belong to its inner task; a condition is not
    retried. The deploy fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: tables
                  max_retries: 3
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
                      max_retries: 3
                      notebook_task:
                        notebook_path: /Shared/load
    """
    is_loop = task.get("for_each_task") is not None
    if not is_loop and task.get("condition_task") is None:
        return
    for field in _RETRIES:
        value = task.get(field)
        if value is None or integer(value) == 0 or value is False:
            continue  # what says that there are none
        message = f"a {'for_each_task' if is_loop else 'condition_task'} cannot have {field}"
        hint = "move it to the task inside the loop" if is_loop else "remove it"
        yield Problem(message, (field,), hint, of_key=True)


@rule("BW322", ERROR, on="job")
def impossible_number(job, resource):
    """A number of retries, runs, seconds or milliseconds is one that cannot be.

    Only `max_retries` may be -1, which means without end. `max_concurrent_runs` is at most 1000;
    0 makes the service skip every run.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  timeout_seconds: -60
                  notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  timeout_seconds: 60
                  notebook_task:
                    notebook_path: /Shared/load
    """
    runs = integer(job.get("max_concurrent_runs"))
    if runs is not None and not 0 <= runs <= 1000:
        message = f"max_concurrent_runs is {runs}, but goes from 1 to 1000"
        yield Problem(message, ("max_concurrent_runs",))
    elif runs == 0:
        message = "max_concurrent_runs is 0, so every run is skipped"
        hint = "to stop the job, set pause_status: PAUSED where it is started"
        yield Problem(message, ("max_concurrent_runs",), hint, severity=WARNING)
    for path, holder in [((), job), *tasks_of(job)]:
        for field, least in _LEAST.items():
            number = integer(holder.get(field))
            if number is not None and number < least:
                hint = "use -1 to retry without end" if least else "0 means none"
                yield Problem(f"{field} is {number}", (*path, field), hint)


@rule("BW323", INFO, on="task", profile="strict", having=_RETRIES[1:])
def retry_setting_without_retries(task, job, resource):
    """A task says how it is retried, but not that it is.

    Without `max_retries` it is not.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  min_retry_interval_millis: 60000
                  notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  max_retries: 2
                  min_retry_interval_millis: 60000
                  notebook_task:
                    notebook_path: /Shared/load
    """
    retries = task.get("max_retries")
    if (retries is not None and integer(retries) != 0) or task.get("for_each_task") is not None:
        return
    for field in _RETRIES[1:]:
        if is_true(task.get(field)) or integer(task.get(field)):
            message = f"{field} does nothing: the task has no max_retries"
            yield Problem(message, (field,), "add max_retries, or remove it", of_key=True)


@rule("BW324", WARNING, on="job", having=("timeout_seconds",))
def timeout_never_reached(job, resource):
    """A task may take longer than its whole job.

    The job's timeout ends it first.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              timeout_seconds: 3600
              tasks:
                - task_key: load
                  timeout_seconds: 7200
                  notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              timeout_seconds: 7200
              tasks:
                - task_key: load
                  timeout_seconds: 3600
                  notebook_task:
                    notebook_path: /Shared/load
    """
    whole = integer(job.get("timeout_seconds"))
    if not whole or whole < 0:
        return  # 0 is none
    for path, task in tasks_of(job):
        timeout = integer(task.get("timeout_seconds"))
        if timeout is not None and timeout > whole:
            message = f"the task may take {timeout} seconds, but its job only {whole}"
            related = [(place_at(job, ("timeout_seconds",)), "the job's timeout")]
            hint = "give the task less time, or the job more"
            yield Problem(message, (*path, "timeout_seconds"), hint, related=related)
