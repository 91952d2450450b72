"""The keys of tasks, job clusters, environments and parameters.

Source: https://docs.databricks.com/api/workspace/jobs/create
"""

from bundlewright.bundle.access import is_lost, items_of, known, place_at, tasks_of
from bundlewright.finding import ERROR
from bundlewright.patterns import Pattern
from bundlewright.rules import Problem, rule


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
        if task.get("task_key") in (None, "") and not is_lost(resource, "task_key"):
            yield Problem(f"task {index} of the job has no task_key", ("tasks", index))


# A list of a job, the field that names its items, the characters allowed there, the longest name.
_WORD = (Pattern(r"[A-Za-z0-9_-]+"), "letters, digits, '-' and '_'", 100)
_NAMES = (
    ("job_clusters", "job_cluster_key", *_WORD),
    ("environments", "environment_key", *_WORD),
    ("parameters", "name", Pattern(r"[A-Za-z0-9_.-]+"), "letters, digits, '-', '_' and '.'", 0),
)


@rule("BW315", ERROR, on="job")
def unusable_key(job, resource):
    """A key has characters that are not allowed in it, or too many.

    Keys of tasks, job clusters and environments consist of letters, digits, `-` and `_`, at most
    100 of them; names of job parameters may have `.` too. The deploy fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load orders
                  notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load_orders
                  notebook_task:
                    notebook_path: /Shared/load
    """
    named = [((*path, "task_key"), task.get("task_key"), *_WORD) for path, task in tasks_of(job)]
    named += [
        ((field, index, key), item.get(key), *allowed)
        for field, key, *allowed in _NAMES
        for index, item in items_of(job, field)
    ]
    for path, name, pattern, characters, longest in named:
        if not isinstance(name, str) or not name or not known(name):
            continue
        if not pattern.fullmatch(name):
            wrong = sorted({one for one in name if not pattern.fullmatch(one)})
            found = " and ".join(map(repr, wrong[:3]))
            message = f"{path[-1]} {name!r} cannot have {found} in it"
            yield Problem(message, path, f"use {characters} only")
        elif longest and len(name) > longest:
            message = f"{path[-1]} {name!r} has {len(name)} characters, but may have {longest}"
            yield Problem(message, path, "shorten it")


@rule("BW316", ERROR, on="resource", kinds=("jobs",))
def repeated_name_in_a_job(resource):
    """Two job clusters, environments or parameters of a job have one name.

    The CLI merges job clusters, and parameters, into one without a word, which then has parts of
    both. Environments it does not merge, not even those of a target with those of the bundle, and
    the deploy fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              parameters:
                - name: catalog
                  default: main
                - name: catalog
                  default: dev
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              parameters:
                - name: catalog
                  default: main
                - name: schema
                  default: dev
    """
    for path, name, place, first in resource.duplicates:
        if path in (("job_clusters",), ("parameters",)):
            message = f"{path[0]} of job {resource.key!r} have {name!r} twice"
            related = [(first, "first here")]
            yield Problem(message, path, "give each one its own", place=place, related=related)
    seen = {}
    for index, environment in items_of(resource.config, "environments"):
        name = environment.get("environment_key")
        path = ("environments", index, "environment_key")
        if not isinstance(name, str) or not known(name):
            continue
        if name in seen:
            message = f"environments of job {resource.key!r} have {name!r} twice"
            hint = "what a target says is added to the list: declare it in one place"
            related = [(place_at(resource.config, seen[name]), "first here")]
            yield Problem(message, path, hint, related=related)
        seen.setdefault(name, path)
