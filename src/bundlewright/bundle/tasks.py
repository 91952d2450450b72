"""A job's tasks and what they wait for.

Source: https://docs.databricks.com/aws/en/jobs/run-if
"""

from bundlewright.bundle.access import items_of, known


def keys_of(job):
    """The keys of a job's tasks and their indexes; tasks inside loops are not among them."""
    return {
        task["task_key"]: index
        for index, task in items_of(job, "tasks")
        if isinstance(task.get("task_key"), str)
    }


def dependencies_of(task):
    """What a task depends on, as (path below the task, key) pairs."""
    for index, dependency in items_of(task, "depends_on"):
        key = dependency.get("task_key")
        if isinstance(key, str) and known(key):
            yield ("depends_on", index, "task_key"), key


def upstream_of(job, key):
    """The keys of all tasks that a task of a job waits for, directly or through others.

    Returns:
        A set; None where it cannot be told offline, or not from what is written there.
    """
    tasks = {key: job["tasks"][index] for key, index in keys_of(job).items()}
    found = set()
    waiting = [key]
    while waiting:
        task = tasks.get(waiting.pop())
        if task is None:
            continue
        dependencies = task.get("depends_on")
        if dependencies is None:
            if any(field.startswith("depend") for field in task):
                return None  # another rule reports the field
            continue
        named = [key for _, key in dependencies_of(task)]
        if not isinstance(dependencies, list) or len(named) < len(dependencies):
            return None
        waiting += set(named) - found
        found.update(named)
    return found
