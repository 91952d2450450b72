"""A job as a whole: that it has tasks, and how much of everything it may have.

Source: https://docs.databricks.com/api/workspace/jobs/create
"""

from bundlewright.bundle.access import (
    has_mutators,
    is_lost,
    items_of,
    known,
    tasks_of,
    value_at,
)
from bundlewright.bundle.document import Map, Seq
from bundlewright.finding import ERROR, WARNING, format_path
from bundlewright.rules import Problem, nearest, rule
from bundlewright.rules.tasks.kinds import is_job


@rule("BW313", WARNING, on="job")
def job_without_tasks(job, resource):
    """A job has no tasks.

    It deploys, and has nothing to run.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
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
    tasks = job.get("tasks")
    if tasks is None or (isinstance(tasks, Seq) and not tasks):
        if is_lost(resource, "tasks") or any(map(_means_tasks, job)):
            return  # another rule reports the field
        if has_mutators(resource.bundle) or (_is_of_a_target(resource) and not is_job(job)):
            return
        yield Problem(f"job {resource.key!r} has no tasks", (), "add them under 'tasks'")


def _is_of_a_target(resource):
    """Whether the bundle has no such job but in a target: that is told as a slip of the key."""
    declared = value_at(resource.bundle.config, resource.path[:2])
    return not isinstance(declared, Map) or resource.key not in declared


def _means_tasks(field):
    return field != "tasks" and (field.endswith("_task") or nearest(field, ("tasks",), 0.8))


# The most items that lists of a job may have, and the longest texts in characters.
_MOST_ITEMS = {"tasks": 1000, "job_clusters": 100, "environments": 10, "environment_variables": 10}
_LONGEST_NAME = 4096
_LONGEST_DESCRIPTION = 27700
_LONGEST_TASK_DESCRIPTION = 1000


@rule("BW314", ERROR, on="job")
def too_much_in_a_job(job, resource):
    """A list of a job has more items, or a text is longer, than the service takes.

    A job has at most 1000 tasks, 100 job clusters and 10 environments, and a task's description at
    most 1000 characters; the deploy fails. Tasks that do the same are one `for_each_task`, and
    parts of a large job are jobs that a `run_job_task` starts.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              environments:
                - environment_key: e1
                - environment_key: e2
                - environment_key: e3
                - environment_key: e4
                - environment_key: e5
                - environment_key: e6
                - environment_key: e7
                - environment_key: e8
                - environment_key: e9
                - environment_key: e10
                - environment_key: e11
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              environments:
                - environment_key: e1
                - environment_key: e2
    """
    for field, most in _MOST_ITEMS.items():
        count = len(items_of(job, field))
        if count > most:
            message = f"the job has {count} {field}, but may have at most {most}"
            yield Problem(message, (field,), of_key=True)
    texts = [(("name",), job, _LONGEST_NAME), (("description",), job, _LONGEST_DESCRIPTION)]
    texts += [
        ((*path, "description"), task, _LONGEST_TASK_DESCRIPTION) for path, task in tasks_of(job)
    ]
    for path, holder, longest in texts:
        text = holder.get(path[-1])
        if isinstance(text, str) and len(text) > longest and known(text):
            message = f"{format_path(path)} has {len(text)} characters, but may have {longest}"
            yield Problem(message, path, "shorten it")
